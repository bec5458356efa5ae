import { describe, expect, it } from 'vitest';
import { open, readEnvelope, seal } from '../../../src/store/sealed-text.js';

const KEY = new Uint8Array(32).fill(7);
const SEALED = seal({
  plaintext: 'the secret',
  key: KEY,
  backend: 'key-file',
  salt: undefined,
  iv: new Uint8Array(12).fill(1),
  facts: 'login a',
});

function opened(text: string, facts = 'login a', key = KEY): string | undefined {
  const envelope = readEnvelope(text);
  return envelope === undefined ? undefined : open({ envelope, key, facts });
}

describe('a sealed text', () => {
  it('opens with its key, for its login', () => {
    expect(opened(SEALED)).toBe('the secret');
  });

  it('does not hold the plaintext', () => {
    expect(SEALED).not.toContain('the secret');
    expect(SEALED).not.toContain(Buffer.from('the secret').toString('base64').slice(0, 8));
  });

  it('does not open for another login: the login is bound in', () => {
    expect(opened(SEALED, 'login b')).toBeUndefined();
  });

  it('does not open when the kind of key is relabelled', () => {
    expect(opened(SEALED.replace('"key-file"', '"keychain"'))).toBeUndefined();
  });

  it('does not open when the format version is changed', () => {
    expect(opened(SEALED.replace('"mcpgw_credential":1', '"mcpgw_credential":2'))).toBeUndefined();
  });

  it('does not open with another key', () => {
    expect(opened(SEALED, 'login a', new Uint8Array(32).fill(8))).toBeUndefined();
  });

  it('does not open when any one byte of iv, tag or ciphertext is flipped', () => {
    for (const field of ['iv', 'tag', 'ciphertext'] as const) {
      const envelope = readEnvelope(SEALED)!;
      for (let index = 0; index < envelope[field].length; index += 1) {
        const changed = Uint8Array.from(envelope[field]);
        changed[index] = changed[index]! ^ 1;
        expect(open({ envelope: { ...envelope, [field]: changed }, key: KEY, facts: 'login a' })).toBeUndefined();
      }
    }
  });

  it('does not open with a shortened tag', () => {
    const envelope = readEnvelope(SEALED)!;
    expect(
      open({ envelope: { ...envelope, tag: envelope.tag.slice(0, 4) }, key: KEY, facts: 'login a' }),
    ).toBeUndefined();
  });

  it.each(['', '{', '[]', '"text"', 'null', '{}', SEALED.slice(0, 40)])('is no envelope when it is %j', (text) => {
    expect(readEnvelope(text)).toBeUndefined();
  });
});
