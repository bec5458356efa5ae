// Compiled code that a run leaves for the next of the same command: it is used, replaced when it is of no use, and taken from
// no place where somebody else could have put it.
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';

let sandbox: Sandbox;
let directory: string;

beforeEach(async () => {
  sandbox = await createSandbox();
  directory = path.join(sandbox.directory, 'cache', 'mcpgw');
});
afterEach(() => sandbox.remove());

async function run(): Promise<void> {
  const env = { XDG_CACHE_HOME: path.dirname(directory), NODE_DISABLE_COMPILE_CACHE: '' };
  const { code, stdout, stderr } = await sandbox.run(['schema'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toHaveProperty('$schema');
}

async function onlyFile(): Promise<string> {
  const [only, another] = await readdir(directory);
  expect(another).toBeUndefined();
  return path.join(directory, only ?? 'none');
}

describe('compiled code', () => {
  it('is left by the first run, for its user alone, and not written again', async () => {
    await run();
    const file = await onlyFile();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await stat(file);
    await run();
    expect((await stat(await onlyFile())).ino).toBe(before.ino);
  });

  it.each([
    ['cut short', (code: Buffer) => code.subarray(0, 1_000)],
    ['empty', () => Buffer.alloc(0)],
    ['of zeros', (code: Buffer) => Buffer.alloc(code.length)],
    [
      'changed in the middle',
      (code: Buffer) => Buffer.from(code.map((byte, at) => (at === code.length >> 1 ? byte ^ 0xff : byte))),
    ],
  ])('that is %s is thrown away and replaced', async (_name, spoil) => {
    await run();
    const file = await onlyFile();
    const good = await readFile(file);
    await writeFile(file, spoil(good));
    await run();
    expect((await readFile(await onlyFile())).length).toBeGreaterThan(good.length / 2);
  });

  it('is not taken from a directory that others may write to, nor left there', async () => {
    await run();
    const file = await onlyFile();
    await writeFile(file, 'not even compiled code');
    await chmod(directory, 0o777);
    await run();
    expect(await readFile(file, 'utf8')).toBe('not even compiled code');
  });

  it('is not taken from a file that others may write to, nor through a link', async () => {
    await run();
    const file = await onlyFile();
    await chmod(file, 0o666);
    const { ino } = await stat(file);
    await run();
    expect((await stat(await onlyFile())).ino).not.toBe(ino);
    const elsewhere = path.join(sandbox.directory, 'elsewhere.bin');
    await rename(await onlyFile(), elsewhere);
    await symlink(elsewhere, file);
    await run();
    expect((await stat(elsewhere)).isFile()).toBe(true);
    expect((await readFile(await onlyFile())).length).toBeGreaterThan(1_000);
  });

  it('that cannot be left is no failure', async () => {
    await mkdir(path.dirname(directory), { recursive: true });
    await writeFile(directory, 'a file stands in its place');
    await run();
    await rm(directory);
    await run();
    await onlyFile();
  });
});
