// The process that asks the credential store, with libraries that the test writes: real children, real pipes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeychain, type Keychain } from '../../../src/host/keychain.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'mcpgw-keychain-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function keychainWith(library: string, env: Readonly<Record<string, string>> = {}): Promise<Keychain> {
  const file = path.join(directory, `${Buffer.from(library).toString('base64url').slice(0, 40)}.cjs`);
  await writeFile(file, library);
  return createKeychain({
    program: process.execPath,
    env: { ...process.env, ...env },
    library: () => file,
    patienceMs: 10_000,
  });
}

/** Keeps entries in a file beside itself, as a real one keeps them outside the process. */
const WORKING = `
const fs = require('node:fs');
const read = () => fs.existsSync(__filename + '.json') ? JSON.parse(fs.readFileSync(__filename + '.json')) : {};
const write = (entries) => fs.writeFileSync(__filename + '.json', JSON.stringify(entries));
module.exports = {
  getPassword: async (s, a) => read()[s + '/' + a] ?? null,
  setPassword: async (s, a, p) => write({ ...read(), [s + '/' + a]: p }),
  deletePassword: async (s, a) => { const all = read(); const had = (s + '/' + a) in all; delete all[s + '/' + a]; write(all); return had; },
};`;

describe('the credential store', () => {
  it('keeps, gives and forgets an entry, whatever is in it', async () => {
    const keychain = await keychainWith(WORKING);
    const secret = 'a "quoted" \\ $(text)\n‮ ✓ '.repeat(4000);
    expect(await keychain.getPassword('s', '-a')).toBeNull();
    await keychain.setPassword('s', '-a', secret);
    expect(await keychain.getPassword('s', '-a')).toBe(secret);
    expect(await keychain.deletePassword('s', '-a')).toBe(true);
    expect(await keychain.deletePassword('s', '-a')).toBe(false);
  });

  it('gives the text of an entry that was stored as UTF-16', async () => {
    const keychain = await keychainWith(`exports.getPassword = async () => 'p\\0w\\0';`);
    expect(await keychain.getPassword('s', 'a')).toBe('pw');
  });

  it('is not disturbed by what the library prints or what Node was told to load', async () => {
    const noise = path.join(directory, 'noise.cjs');
    await writeFile(noise, `console.log('noise'); require('node:fs').writeSync(1, 'more');`);
    const keychain = await keychainWith(
      `console.log('{"value":"wrong"}'); console.error('x'); exports.getPassword = async () => 'right';`,
      { NODE_OPTIONS: `--require ${noise}` },
    );
    expect(await keychain.getPassword('s', 'a')).toBe('right');
  });

  it.each([
    ['has no library', undefined],
    ['has a library that cannot be loaded', `throw new Error('hunter2');`],
  ])('that %s is not loadable', async (_title, library) => {
    const keychain =
      library === undefined
        ? createKeychain({ program: process.execPath, env: {}, library: () => undefined, patienceMs: 10_000 })
        : await keychainWith(library);
    await expect(keychain.getPassword('s', 'a')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      problem: 'not-loadable',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it.each([
    ['rejects', `exports.getPassword = async (s, a) => { throw new Error('hunter2'); };`],
    ['throws', `exports.getPassword = () => { throw new Error('hunter2'); };`],
    ['dies', `exports.getPassword = () => process.kill(process.pid, 'SIGKILL');`],
    ['leaves', `exports.getPassword = () => process.exit(0);`],
    ['lacks the method', ``],
    ['gives what is no JSON', `exports.getPassword = () => { require('node:fs').writeSync(3, '{'); process.exit(); };`],
  ])('that %s has refused, and what it said is not repeated', async (_title, library) => {
    const keychain = await keychainWith(library);
    await expect(keychain.getPassword('s', 'a')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      problem: 'refused',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it('that hangs, even without its event loop, is given up and its process ended', async () => {
    const pidFile = path.join(directory, 'pid');
    const file = path.join(directory, 'hangs.cjs');
    await writeFile(
      file,
      `exports.getPassword = () => { require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); for (;;); };`,
    );
    const keychain = createKeychain({
      program: process.execPath,
      env: process.env,
      library: () => file,
      patienceMs: 3000,
    });
    await expect(keychain.getPassword('s', 'a')).rejects.toMatchObject({ problem: 'no-answer' });
    const { readFile } = await import('node:fs/promises');
    const pid = Number(await readFile(pidFile, 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('whose Node cannot be started has refused', async () => {
    const keychain = createKeychain({
      program: path.join(directory, 'no-node'),
      env: {},
      library: () => 'x',
      patienceMs: 10_000,
    });
    await expect(keychain.getPassword('s', 'a')).rejects.toMatchObject({ problem: 'refused' });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
