import { describe, expect, test } from 'vitest';
import { parseReferences, referenceLabel, resolveTemplate } from '../../../src/secret/resolve.js';
import { memoryFiles } from '../config/check-text.js';

const WORLD = {
  host: {
    env: { TOKEN: 'abc', EMPTY: '' },
    files: memoryFiles({ '/etc/mcpgw/t.txt': 'from file\n', '/run/s': 'a\nb\n\n' }),
  },
  directory: '/etc/mcpgw',
};

async function resolved(text: string, world = WORLD): Promise<unknown> {
  const parsed = parseReferences(text);
  if (parsed.kind !== 'template') return parsed;
  const resolution = await resolveTemplate(parsed.template, world);
  return resolution.kind === 'resolved' ? resolution.value.reveal() : resolution.reasons;
}

describe('a text with references', () => {
  test.each([
    ['${TOKEN}', 'abc'],
    ['${env:TOKEN}', 'abc'],
    ['Bearer ${TOKEN}', 'Bearer abc'],
    ['${TOKEN}${TOKEN}-', 'abcabc-'],
    ['${GONE:-else}', 'else'],
    ['${env:GONE:-else: really}', 'else: really'],
    ['${EMPTY:-else}', 'else'],
    ['${GONE:-}', ''],
    ['${file:t.txt}', 'from file'],
    ['${file:/run/s}', 'a\nb\n'],
    ['$${TOKEN} is ${TOKEN}', '${TOKEN} is abc'],
    ['$$${TOKEN}', '$${TOKEN}'],
  ])('%s gives %j', async (text, value) => {
    const result = await resolved(text);
    expect(typeof result === 'string' ? result : (result as { text: string }).text).toBe(value);
  });

  test.each([
    ['${GONE}', ['`${GONE}`: the environment variable is not set']],
    ['${EMPTY}', ['`${EMPTY}`: the environment variable is empty']],
    [
      '${A}${TOKEN}${B}',
      ['`${A}`: the environment variable is not set', '`${B}`: the environment variable is not set'],
    ],
    ['${file:x}', ['`${file:x}`: cannot read x: there is no such file']],
    ['${constructor}', ['`${constructor}`: the environment variable is not set']],
    ['${__proto__}', ['`${__proto__}`: the environment variable is not set']],
    ['${keychain:a/b}', ['`${keychain:a/b}`: this version does not read the keychain']],
  ])('%s says why it cannot be resolved', async (text, reasons) => {
    expect(await resolved(text)).toEqual(reasons);
  });

  test('is a secret that does not print itself', async () => {
    const parsed = parseReferences('${TOKEN}');
    const resolution = parsed.kind === 'template' && (await resolveTemplate(parsed.template, WORLD));
    expect(JSON.stringify(resolution)).not.toContain('abc');
  });

  test('never repeats a default in what it is called: that may be the secret', () => {
    const parsed = parseReferences('${NAME:-hunter2}');
    expect(parsed.kind === 'template' && parsed.references.map(referenceLabel)).toEqual(['${NAME}']);
  });
});

test.each(['plain', '', '$', '$$', '{}', '$NAME', '{project-id}'])('%j is a literal text', (text) => {
  expect(parseReferences(text)).toEqual({ kind: 'literal', text });
});

test.each(['${', '${}', '${A', '${1A}', '${A B}', '${{ x }}', '${file:}', '${keychain:a}', '${keychain:/b}', '${A:b}'])(
  '%s is malformed',
  (text) => {
    expect(parseReferences(text)).toEqual({ kind: 'malformed' });
  },
);
