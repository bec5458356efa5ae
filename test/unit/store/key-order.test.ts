import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../src/log.js';
import { createKeyOrder, type KeyOrder } from '../../../src/store/keys/key-order.js';
import type { Keychain } from '../../../src/host.js';
import { brokenKeychain, memoryKeychain } from '../../support/memory-keychain.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

let test: TestHost;
beforeEach(async () => {
  test = await createTestHost();
});
afterEach(() => test.remove());

function order(choice: 'auto' | 'keychain' | 'file', keychain: () => Promise<Keychain>, host = test.host): KeyOrder {
  return createKeyOrder({
    host: { ...host, keychain },
    log: createLog({ host, level: 'warn', format: 'text' }),
    choice,
  });
}

describe('where the key comes from', () => {
  it('is the passphrase when there is one, and the keychain is not even loaded', async () => {
    const locked = await createTestHost({ sharing: test, env: { MCPGW_CREDENTIAL_PASSPHRASE: 'p' } });
    const load = vi.fn<() => Promise<Keychain>>();
    expect((await order('auto', load, locked.host).choose()).backend).toBe('passphrase');
    expect(load).not.toHaveBeenCalled();
  });

  it('is the same for the same passphrase and salt, and 32 bytes', async () => {
    const locked = await createTestHost({ sharing: test, env: { MCPGW_CREDENTIAL_PASSPHRASE: 'p' } });
    const made = await (await order('auto', vi.fn<() => Promise<Keychain>>(), locked.host).choose()).obtain();
    const again = order('auto', vi.fn<() => Promise<Keychain>>(), locked.host).allowed.get('passphrase');
    expect(made.bytes).toHaveLength(32);
    expect(await again?.find(made.salt)).toEqual(made.bytes);
  });

  it('is the keychain when it keeps what it is given, which leaves no probe behind', async () => {
    const keychain = memoryKeychain();
    const provider = await order('auto', async () => keychain).choose();
    expect(provider.backend).toBe('keychain');
    expect([...keychain.entries.keys()]).toEqual([]);
    const { bytes } = await provider.obtain();
    expect([...keychain.entries.keys()]).toEqual(['mcpgw/credential-key']);
    expect(Buffer.from(bytes).equals((await provider.find(undefined))!)).toBe(true);
    expect(test.stderr()).toBe('');
  });

  it('is a key file when the keychain cannot be loaded, with one warning', async () => {
    const keys = order('auto', async () => brokenKeychain('not-loadable'));
    expect((await keys.choose()).backend).toBe('key-file');
    await keys.choose();
    expect(test.stderr().match(/warn/g)).toHaveLength(1);
    expect(test.stderr()).toContain('not against other programs of this user');
  });

  it('is a key file when the keychain forgets what it is given', async () => {
    const forgetful: Keychain = { ...memoryKeychain(), getPassword: async () => null };
    expect((await order('auto', async () => forgetful).choose()).backend).toBe('key-file');
  });

  it('is a key file when the keychain does not answer', async () => {
    expect((await order('auto', async () => brokenKeychain('no-answer')).choose()).backend).toBe('key-file');
    expect(test.stderr()).toContain('it does not answer');
  });

  it('fails closed when the keychain is demanded and unusable', async () => {
    const keys = order('keychain', async () => brokenKeychain('refused'));
    await expect(keys.choose()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      exitCode: 3,
      hint: expect.stringContaining('--credential-store file'),
    });
    expect([...keys.allowed.keys()]).toEqual(['keychain']);
    await expect(keys.allowed.get('keychain')?.find(undefined)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      hint: expect.stringContaining('--credential-store file'),
    });
  });

  it('is the key file when that is demanded, whatever the keychain says', async () => {
    const load = vi.fn<() => Promise<Keychain>>();
    expect((await order('file', load).choose()).backend).toBe('key-file');
    expect(load).not.toHaveBeenCalled();
  });

  it('is not made by asking for it: reading finds nothing', async () => {
    const keys = order('auto', async () => memoryKeychain());
    expect(await keys.allowed.get('keychain')?.find(undefined)).toBeUndefined();
    expect(await keys.allowed.get('key-file')?.find(undefined)).toBeUndefined();
    expect(await test.host.files.list(`${test.directory}/config`)).toEqual([]);
  });

  it('is refused when the key file holds something else, and that is left alone', async () => {
    const directory = `${test.directory}/config/mcpgw/keys`;
    await test.host.files.makeDirectory(directory, 0o700);
    await test.host.files.createDurably(`${directory}/credential.key`, 'not a key', 0o600);
    const provider = await order('file', vi.fn<() => Promise<Keychain>>()).choose();
    await expect(provider.obtain()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    expect(await test.host.files.readText(`${directory}/credential.key`)).toBe('not a key');
  });
});
