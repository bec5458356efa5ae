import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { nodeHost, type Keychain } from '../../../src/host.js';
import { parseReferences } from '../../../src/secret/reference.js';
import { createResolver, type ReferenceWorld, type Resolver } from '../../../src/secret/resolve.js';
import { brokenKeychain, memoryKeychain } from '../../support/memory-keychain.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'mcpgw-resolve-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: ReferenceWorld['host']['files'];
  readonly keychain?: Keychain;
}

function resolver({ env = {}, files = nodeHost().files, keychain = brokenKeychain() }: WorldOptions = {}): Resolver {
  return createResolver({ host: { env, files, keychain: async () => keychain }, directory });
}

/** The value, or what is said of each reference that has none. */
async function resolved(text: string, by: Resolver = resolver()): Promise<unknown> {
  const parsed = parseReferences(text);
  if (parsed.kind !== 'template') throw new Error(`${text} is ${parsed.kind}`);
  const resolution = await by.resolve(parsed.template);
  return resolution.kind === 'resolved' ? resolution.value.reveal() : resolution.problems.map(({ message }) => message);
}

async function helpFor(text: string, by: Resolver = resolver()): Promise<string | undefined> {
  const parsed = parseReferences(text);
  const resolution = parsed.kind === 'template' ? await by.resolve(parsed.template) : undefined;
  return resolution?.kind === 'unresolved' ? resolution.problems[0]?.help : undefined;
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(path.join(directory, name), content);
  return name;
}

describe('an environment variable', () => {
  const env = { TOKEN: 'abc', EMPTY: '', NESTED: '${TOKEN}', _x1: 'low' };

  test.each([
    ['${TOKEN}', 'abc'],
    ['${env:TOKEN}', 'abc'],
    ['${_x1}', 'low'],
    ['Bearer ${TOKEN}', 'Bearer abc'],
    ['${TOKEN}${TOKEN}-', 'abcabc-'],
    ['${GONE:-else}', 'else'],
    ['${env:GONE:-else: really}', 'else: really'],
    ['${GONE:-a$b}', 'a$b'],
    ['${EMPTY:-else}', 'else'],
    ['${GONE:-}', ''],
    ['$${TOKEN} is ${TOKEN}', '${TOKEN} is abc'],
    ['${NESTED}', '${TOKEN}'],
    ['${GONE:-a}}', 'a}'],
  ])('gives for %s the text %j', async (text, value) => {
    expect(await resolved(text, resolver({ env }))).toBe(value);
  });

  test.each([
    ['${GONE}', ['`${GONE}`: the environment variable is not set']],
    ['${env:GONE}', ['`${GONE}`: the environment variable is not set']],
    ['${EMPTY}', ['`${EMPTY}`: the environment variable is empty']],
    ['${constructor}', ['`${constructor}`: the environment variable is not set']],
    ['${__proto__}', ['`${__proto__}`: the environment variable is not set']],
    [
      '${A}${TOKEN}${B}',
      ['`${A}`: the environment variable is not set', '`${B}`: the environment variable is not set'],
    ],
  ])('says for %s why there is none', async (text, messages) => {
    expect(await resolved(text, resolver({ env }))).toEqual(messages);
  });

  test('gives a secret that does not print itself', async () => {
    const parsed = parseReferences('${TOKEN}');
    const resolution = parsed.kind === 'template' && (await resolver({ env }).resolve(parsed.template));
    expect(resolution).toMatchObject({ kind: 'resolved' });
    expect(JSON.stringify(resolution)).not.toContain('abc');
  });
});

describe('a file', () => {
  test.each([
    ['no line break', 'abc', 'abc'],
    ['a line break', 'abc\n', 'abc'],
    ['a line break of Windows', 'abc\r\n', 'abc'],
    ['two line breaks', 'a\nb\n\n', 'a\nb\n'],
    ['white space', ' abc \n', ' abc '],
    ['a lone carriage return', 'abc\r', 'abc\r'],
    ['a byte order mark', '\uFEFFabc', 'abc'],
    ['what looks like a reference', '${TOKEN}', '${TOKEN}'],
    ['other letters', 'pässwörd ✓', 'pässwörd ✓'],
    ['exactly 64 KiB', 'x'.repeat(65_536), 'x'.repeat(65_536)],
  ])('with %s gives its text, without one line break at the end', async (_title, content, value) => {
    expect(await resolved(`\${file:${await file('content', content)}}`)).toBe(value);
  });

  test('may be named by an absolute path, and through a link', async () => {
    await file('absolute', 'abc');
    await symlink(path.join(directory, 'absolute'), path.join(directory, 'link'));
    expect(await resolved(`\${file:${directory}/absolute}-\${file:link}`)).toBe('abc-abc');
  });

  test.each([
    ['nothing', '', 'the file is empty'],
    ['a line break alone', '\n', 'the file is empty'],
    ['a byte order mark alone', '\uFEFF', 'the file is empty'],
    ['Latin-1', new Uint8Array([0x70, 0xe4, 0x73]), 'it holds no text in UTF-8'],
    ['UTF-16', Buffer.from('\uFEFFabc', 'utf16le'), 'it holds no text in UTF-8'],
    ['UTF-16 without a mark', Buffer.from('abc', 'utf16le'), 'it holds no text in UTF-8'],
    ['a byte too many', 'x'.repeat(65_537), 'it is larger than 64 KiB'],
    ['a binary', new Uint8Array(100_000), 'it is larger than 64 KiB'],
  ])('with %s has no value', async (_title, content, message) => {
    await file('content', content);
    expect(await resolved('${file:content}')).toEqual([`\`\${file:content}\`: ${message}`]);
    expect(await helpFor('${file:content}')).toMatch(/\w/);
  });

  test('that is not there is named, and so is what the path starts at', async () => {
    expect(await resolved('${file:gone}')).toEqual(['`${file:gone}`: it cannot be read: there is no such file']);
    await file('absolute', 'abc');
    expect(await resolved('${file:absolute/gone}')).toEqual([
      '`${file:absolute/gone}`: it cannot be read: there is no such file',
    ]);
    expect(await helpFor('${file:gone}')).toContain('the directory of the configuration');
    expect(await helpFor('${file:/gone}')).not.toContain('the directory of the configuration');
  });

  test('below `~` is looked for as written, and the help says so', async () => {
    expect(await resolved('${file:~/token}')).toEqual(['`${file:~/token}`: it cannot be read: there is no such file']);
    expect(await helpFor('${file:~/token}')).toContain('`~` is not expanded');
  });

  test('that is a directory has no value', async () => {
    await mkdir(path.join(directory, 'folder'));
    expect(await resolved('${file:folder}')).toEqual(['`${file:folder}`: it is a directory']);
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'that this user may not read has no value (not run as root, who may read everything)',
    async () => {
      await file('forbidden', 'abc');
      await chmod(path.join(directory, 'forbidden'), 0);
      expect(await resolved('${file:forbidden}')).toEqual([
        '`${file:forbidden}`: it cannot be read: permission denied',
      ]);
    },
  );

  test('that this user may not read says so, whoever runs the test', async () => {
    const denied = Object.assign(new Error('hunter2'), { code: 'EACCES' });
    const files = { ...nodeHost().files, readStart: () => Promise.reject(denied) };
    expect(await resolved('${file:x}', resolver({ files }))).toEqual([
      '`${file:x}`: it cannot be read: permission denied',
    ]);
  });

  test.skipIf(process.platform === 'win32')('that never ends, or never begins, is not waited for', async () => {
    execFileSync('mkfifo', [path.join(directory, 'pipe')]);
    for (const name of ['/dev/zero', '/dev/random', '/dev/tty', 'pipe']) {
      expect([name, await resolved(`\${file:${name}}`)]).toEqual([
        name,
        [`\`\${file:${name}}\`: it is no regular file`],
      ]);
    }
  });

  test('is read once for all references of one load, however they write its path', async () => {
    await file('once', 'abc');
    const readStart = vi.fn<ReferenceWorld['host']['files']['readStart']>((...asked) =>
      nodeHost().files.readStart(...asked),
    );
    const files = { ...nodeHost().files, readStart };
    const by = resolver({ files });
    expect(await resolved('${file:once}${file:./once}', by)).toBe('abcabc');
    expect(await resolved(`\${file:${directory}/once}`, by)).toBe('abc');
    expect(readStart).toHaveBeenCalledTimes(1);
    await resolved('${file:once}', resolver({ files }));
    expect(readStart).toHaveBeenCalledTimes(2);
  });
});

describe('an entry of the credential store', () => {
  test('gives its text as it is', async () => {
    const keychain = memoryKeychain({ 'mcpgw-test/ana': 'abc\n' });
    expect(await resolved('Bearer ${keychain:mcpgw-test/ana}', resolver({ keychain }))).toBe('Bearer abc\n');
  });

  test('that is not there, or has no text, is named with what to do', async () => {
    const keychain = memoryKeychain({ 's/empty': '', 's/broken': 'a\uFFFDb', 's/nul': 'a\0b' });
    for (const [account, message] of [
      ['gone', "the system's credential store has no such entry, or is locked"],
      ['empty', 'the entry is empty'],
      ['broken', 'the entry holds no text in UTF-8'],
      ['nul', 'the entry holds no text in UTF-8'],
    ] as const) {
      const text = `\${keychain:s/${account}}`;
      expect(await resolved(text, resolver({ keychain }))).toEqual([`\`${text}\`: ${message}`]);
      expect(await helpFor(text, resolver({ keychain }))).toMatch(/store/);
    }
  });

  test.each([
    ['not-loadable', 'its library cannot be loaded', 'keytar'],
    ['no-answer', 'it does not answer', 'unlock'],
    ['refused', 'it cannot be reached, or refuses', 'Secret Service'],
  ] as const)('of a store that fails (%s) says why', async (problem, why, help) => {
    const by = resolver({ keychain: brokenKeychain(problem) });
    expect(await resolved('${keychain:a/b}', by)).toEqual([
      `\`\${keychain:a/b}\`: the system's credential store cannot be used: ${why}`,
    ]);
    expect(await helpFor('${keychain:a/b}', by)).toContain(help);
  });

  test('is asked for once in one load, and once more in the next', async () => {
    const keychain = memoryKeychain({ 'a/b': 'abc', 'a/c': 'def' });
    const by = resolver({ keychain });
    expect(await resolved('${keychain:a/b}${keychain:a/b}${keychain:a/c}', by)).toBe('abcabcdef');
    expect(await resolved('${keychain:a/b}', by)).toBe('abc');
    expect(keychain.asked).toEqual(['a/b', 'a/c']);
    await resolved('${keychain:a/b}', resolver({ keychain }));
    expect(keychain.asked).toEqual(['a/b', 'a/c', 'a/b']);
  });

  test('is not asked for again where the store has hung', async () => {
    const keychain = brokenKeychain('no-answer');
    expect(await resolved('${keychain:a/b}${keychain:a/c}', resolver({ keychain }))).toEqual([
      "`${keychain:a/b}`: the system's credential store cannot be used: it does not answer",
      "`${keychain:a/c}`: the system's credential store cannot be used: it does not answer",
    ]);
    expect(keychain.asked).toEqual(['a/b']);
  });
});

test('neither a file nor the credential store is touched by a text that has no such reference', async () => {
  const open = vi.fn<() => Promise<Keychain>>();
  const by = createResolver({ host: { env: { A: 'a' }, files: untouchable(), keychain: open }, directory });
  expect(await resolved('${A}', by)).toBe('a');
  expect(open).not.toHaveBeenCalled();
});

function untouchable(): ReferenceWorld['host']['files'] {
  // Every member throws: nothing may be read here.
  return new Proxy(nodeHost().files, {
    get: (_files, name) => () => {
      throw new Error(`a test touched files.${String(name)}`);
    },
  });
}
