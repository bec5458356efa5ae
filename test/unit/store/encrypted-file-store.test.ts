import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Files, Host } from '../../../src/host.js';
import { createLog } from '../../../src/log.js';
import { Secret } from '../../../src/secret/secret.js';
import { credentialKey } from '../../../src/store/credential-key.js';
import { openCredentialStore, type CredentialStore } from '../../../src/store/credential-store.js';
import type { Credential } from '../../../src/store/credential.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

const SENTINEL = 'sentinel-6c1f0a';
const KEY = credentialKey({
  kind: 'identity',
  issuer: 'https://idp.example.com',
  tokenEndpoint: undefined,
  clientId: 'mcpgw',
  resource: undefined,
});
const OTHER_KEY = { ...KEY, name: KEY.name.replaceAll(/./g, '0'), facts: 'another login' };

function credential(text: string): Credential {
  return {
    accessToken: new Secret(`access-${text}`),
    obtainedAtMs: 0,
    expiresAtMs: 60_000,
    refreshToken: new Secret(`refresh-${text}`),
    scopes: ['openid'],
    issuer: 'https://idp.example.com',
    claims: { sub: 'ana', secret_claim: text },
  };
}

function openStore(host: Host, choice: 'auto' | 'file' = 'file'): CredentialStore {
  return openCredentialStore({ host, log: createLog({ host, level: 'warn', format: 'text' }), choice });
}

async function accessTokenIn(store: CredentialStore): Promise<string | undefined> {
  return (await store.read(KEY))?.credential.accessToken.reveal();
}

let test: TestHost;
let directory: string;
let file: string;

beforeEach(async () => {
  test = await createTestHost();
  directory = path.join(test.directory, 'data', 'mcpgw', 'credentials');
  file = path.join(directory, `${KEY.name}.json`);
});
afterEach(() => test.remove());

describe('the encrypted file store', () => {
  it('gives back what was saved, also to another process', async () => {
    expect(await openStore(test.host).save(KEY, credential('one'))).toBe('key-file');
    const stored = await openStore(test.host).read(KEY);
    expect(stored).toEqual({ credential: credential('one'), storedIn: 'key-file' });
    expect(stored?.credential.accessToken.reveal()).toBe('access-one');
  });

  it('has nothing before the first login, and nothing after it was removed', async () => {
    const store = openStore(test.host);
    expect(await store.read(KEY)).toBeUndefined();
    expect(await store.mark(KEY)).toBeUndefined();
    await store.save(KEY, credential('one'));
    await store.remove(KEY);
    await store.remove(KEY);
    expect(await store.read(KEY)).toBeUndefined();
  });

  it('changes its mark with every write', async () => {
    const store = openStore(test.host);
    await store.save(KEY, credential('one'));
    const before = await store.mark(KEY);
    await store.update(KEY, credential('number two'));
    expect(await store.mark(KEY)).not.toBe(before);
  });

  it('writes 0600 files in 0700 directories, the key in another directory than the data', async () => {
    await openStore(test.host).save(KEY, credential('one'));
    const keyFile = path.join(test.directory, 'config', 'mcpgw', 'keys', 'credential.key');
    for (const place of [file, keyFile]) expect((await stat(place)).mode & 0o777).toBe(0o600);
    for (const place of [file, keyFile]) expect((await stat(path.dirname(place))).mode & 0o777).toBe(0o700);
    expect(await readdir(directory)).toEqual([`${KEY.name}.json`]);
  });

  it('leaves no secret in clear anywhere on disk, in any usual encoding', async () => {
    const store = openStore(test.host);
    await store.save(KEY, credential(SENTINEL));
    await store.update(KEY, credential(`${SENTINEL}-again`));
    const encodings = (['utf8', 'base64', 'base64url', 'hex'] as const).map((name) =>
      Buffer.from(SENTINEL).toString(name).slice(0, 12),
    );
    const names = await readdir(test.directory, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    expect(files.length).toBe(2);
    for (const entry of files) {
      const content = await readFile(path.join(entry.parentPath, entry.name), 'latin1');
      for (const text of encodings) expect(content + entry.name).not.toContain(text);
    }
    expect(test.stderr()).not.toContain(SENTINEL);
  });

  it('never writes the same bytes twice for the same login', async () => {
    const store = openStore(test.host);
    await store.save(KEY, credential('one'));
    const before = await readFile(file, 'utf8');
    await store.update(KEY, credential('one'));
    expect(await readFile(file, 'utf8')).not.toBe(before);
  });

  it('does not open a file that was moved to the name of another login', async () => {
    const store = openStore(test.host);
    await store.save(KEY, credential('one'));
    await writeFile(path.join(directory, `${OTHER_KEY.name}.json`), await readFile(file), { mode: 0o600 });
    expect(await store.read(OTHER_KEY)).toBeUndefined();
    expect(await accessTokenIn(store)).toBe('access-one');
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['changed', (text: string) => text.replace(/"ciphertext":"..../, '"ciphertext":"AAAA')],
  ])('sets a file aside that is %s, says so, and does not write over it', async (_how, damage) => {
    const store = openStore(test.host);
    await store.save(KEY, credential('one'));
    const damaged = damage(await readFile(file, 'utf8'));
    await writeFile(file, damaged);
    expect(await store.read(KEY)).toBeUndefined();
    expect(test.stderr()).toMatch(/was damaged and has been set aside as .*\.corrupt-\d+/);
    await store.save(KEY, credential('two'));
    const aside = (await readdir(directory)).find((name) => name.includes('.corrupt-'));
    expect(await readFile(path.join(directory, aside!), 'utf8')).toBe(damaged);
    expect(await accessTokenIn(store)).toBe('access-two');
  });

  it('refuses a login that others can read, with the chmod to run', async () => {
    const store = openStore(test.host);
    await store.save(KEY, credential('one'));
    await chmod(file, 0o640);
    await expect(store.read(KEY)).rejects.toMatchObject({
      code: 'STORE_INSECURE',
      exitCode: 3,
      hint: `chmod 600 ${file}`,
    });
  });

  it('refuses a directory that others can read, and a key file that others can read', async () => {
    const store = openStore(test.host);
    await store.save(KEY, credential('one'));
    await chmod(directory, 0o755);
    await expect(store.read(KEY)).rejects.toMatchObject({ code: 'STORE_INSECURE', hint: `chmod 700 ${directory}` });
    await chmod(directory, 0o700);
    const keyFile = path.join(test.directory, 'config', 'mcpgw', 'keys', 'credential.key');
    await chmod(keyFile, 0o604);
    await expect(store.read(KEY)).rejects.toMatchObject({ code: 'STORE_INSECURE', hint: `chmod 600 ${keyFile}` });
  });

  it('works beside a configuration that others may read', async () => {
    await mkdir(path.join(test.directory, 'config', 'mcpgw'), { recursive: true, mode: 0o755 });
    expect(await openStore(test.host).save(KEY, credential('one'))).toBe('key-file');
  });

  it('does not look at permissions on Windows, where they mean nothing', async () => {
    const windows = await createTestHost({
      sharing: test,
      platform: 'win32',
      env: { LOCALAPPDATA: path.join(test.directory, 'l'), APPDATA: path.join(test.directory, 'r') },
    });
    const store = openStore(windows.host);
    await store.save(KEY, credential('one'));
    const place = path.join(test.directory, 'l', 'mcpgw', 'Data', 'credentials');
    for (const name of await readdir(place)) await chmod(path.join(place, name), 0o666);
    expect(await accessTokenIn(store)).toBe('access-one');
  });

  it('says that the key is gone instead of "not logged in"', async () => {
    await openStore(test.host).save(KEY, credential('one'));
    await test.host.files.remove(path.join(test.directory, 'config', 'mcpgw', 'keys', 'credential.key'));
    await expect(openStore(test.host).read(KEY)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('its key is gone'),
    });
  });

  it('says that the passphrase is another one, and leaves the file alone', async () => {
    const right = await createTestHost({ sharing: test, env: { MCPGW_CREDENTIAL_PASSPHRASE: 'right' } });
    const wrong = await createTestHost({ sharing: test, env: { MCPGW_CREDENTIAL_PASSPHRASE: 'wrong' } });
    expect(await openStore(right.host).save(KEY, credential('one'))).toBe('passphrase');
    await expect(openStore(wrong.host).read(KEY)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await accessTokenIn(openStore(right.host))).toBe('access-one');
  });

  it('says so when the stored backend and the one of today differ', async () => {
    const locked = await createTestHost({ sharing: test, env: { MCPGW_CREDENTIAL_PASSPHRASE: 'right' } });
    await openStore(locked.host, 'auto').save(KEY, credential('one'));
    await expect(openStore(test.host, 'auto').read(KEY)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('MCPGW_CREDENTIAL_PASSPHRASE'),
    });
    await openStore(test.host, 'auto').save(KEY, credential('two'));
    await expect(openStore(locked.host, 'auto').read(KEY)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('keeps the old login whole when the process dies at any step of writing the new one', async () => {
    await openStore(test.host).save(KEY, credential('old'));
    for (let step = 1; ; step += 1) {
      let isDead = false;
      const dying = await createTestHost({
        sharing: test,
        files: (real) => dieAt(real, step, () => (isDead = true)),
      });
      await openStore(dying.host)
        .update(KEY, credential('new'))
        .catch(() => undefined);
      const token = await accessTokenIn(openStore(test.host));
      if (!isDead) {
        expect(token).toBe('access-new');
        expect(step).toBeGreaterThan(4);
        break;
      }
      expect(['access-old', 'access-new']).toContain(token);
      // What a dead process holds is released by its lease; here its lock is taken away to save the time.
      for (const name of await readdir(directory)) {
        if (name.endsWith('.lock')) await test.host.files.remove(path.join(directory, name));
      }
      await openStore(test.host).update(KEY, credential('old'));
    }
    expect((await readdir(directory)).filter((name) => name.includes('corrupt'))).toEqual([]);
  });

  it('clears away temporary files that a crash left, once they are old', async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const abandoned = `${file}.0123.tmp`;
    await writeFile(abandoned, 'half', { mode: 0o600 });
    const store = openStore(test.host);
    await store.save(KEY, credential('one'));
    expect(await readdir(directory)).toContain(path.basename(abandoned));
    test.advance(3_600_000);
    await store.save(KEY, credential('two'));
    expect(await readdir(directory)).toEqual([path.basename(file)]);
  });

  it('reports a disk that fails as IO, with the file and the reason', async () => {
    const full = await createTestHost({
      sharing: test,
      files: (real) => ({
        ...real,
        createDurably: async (place, data, mode) => {
          if (place.endsWith('.lock')) return real.createDurably(place, data, mode);
          throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        },
      }),
    });
    await expect(openStore(full.host).save(KEY, credential('one'))).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('ENOSPC'),
    });
  });
});

/** A disk that stops at the nth change: a file is half written, and nothing works after it. */
function dieAt(real: Files, step: number, onDeath: () => void): Files {
  let changes = 0;
  let isDead = false;
  const die = (): never => {
    isDead = true;
    onDeath();
    throw new Error('the process is dead');
  };
  const change = async (act: () => Promise<void>, half: () => Promise<void> = async () => undefined): Promise<void> => {
    if (isDead) die();
    changes += 1;
    if (changes === step) {
      await half();
      die();
    }
    await act();
  };
  return {
    ...real,
    createDurably: (place, data, mode) =>
      change(
        () => real.createDurably(place, data, mode),
        () => real.createDurably(place, data.slice(0, data.length / 2), mode),
      ),
    rename: (from, to) => change(() => real.rename(from, to)),
    remove: (place) => change(() => real.remove(place)),
    makeDirectory: (place, mode) => change(() => real.makeDirectory(place, mode)),
  };
}
