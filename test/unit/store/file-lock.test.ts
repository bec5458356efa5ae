import { readdir, readFile, writeFile, mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireFileLock, LOCK_LEASE_MS } from '../../../src/store/file-lock.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

let test: TestHost;
let file: string;

beforeEach(async () => {
  test = await createTestHost();
  file = path.join(test.directory, 'locks', 'a.lock');
  await mkdir(path.dirname(file), { mode: 0o700 });
});
afterEach(() => test.remove());

describe('the file lock', () => {
  it('lets one in at a time, of many who come at once', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        const release = await acquireFileLock(test.host, file);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        await release();
      }),
    );
    expect(most).toBe(1);
    expect(await readdir(path.dirname(file))).toEqual([]);
  });

  it('takes over from a holder that died, once the lease is over, and one of many waiters does', async () => {
    await acquireFileLock(test.host, file);
    test.advance(LOCK_LEASE_MS);
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const release = await acquireFileLock(test.host, file);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        await release();
      }),
    );
    expect(most).toBe(1);
    expect(await readdir(path.dirname(file))).toEqual([]);
  });

  it.each([
    ['that died while writing the file', () => '{"ticket":"ab'],
    ['whose clock was ahead', () => JSON.stringify({ ticket: 'abcd', until_ms: test.host.now() + 86_400_000 })],
  ])('takes over from a holder %s, once a waiter has seen it for a whole lease', async (_which, content) => {
    await writeFile(file, content(), { mode: 0o600 });
    let looks = 0;
    const waiting = await createTestHost({
      sharing: test,
      files: (real) => ({
        ...real,
        readText: async (place) => {
          looks += 1;
          if (looks === 3) waiting.advance(LOCK_LEASE_MS);
          return real.readText(place);
        },
      }),
    });
    const release = await acquireFileLock(waiting.host, file);
    expect(looks).toBeGreaterThanOrEqual(3);
    await release();
    expect(await readdir(path.dirname(file))).toEqual([]);
  });

  it('is not taken from a live holder because the clock of the file system is another one', async () => {
    test.advance(86_400_000);
    const release = await acquireFileLock(test.host, file);
    const other = acquireFileLock(test.host, file);
    const sooner = new Promise((resolve) => setTimeout(resolve, 200, 'still waiting'));
    expect(await Promise.race([other, sooner])).toBe('still waiting');
    await release();
    await (
      await other
    )();
  });

  it('does not remove the lock of the next holder when it is released too late', async () => {
    const releaseLate = await acquireFileLock(test.host, file);
    test.advance(LOCK_LEASE_MS);
    const release = await acquireFileLock(test.host, file);
    const before = await readFile(file, 'utf8');
    await releaseLate();
    expect(await readFile(file, 'utf8')).toBe(before);
    await release();
  });

  it('says why when the lock cannot be created at all', async () => {
    const readOnly = await createTestHost({
      sharing: test,
      files: (real) => ({
        ...real,
        createDurably: async () => {
          throw Object.assign(new Error('read-only'), { code: 'EROFS' });
        },
      }),
    });
    await expect(acquireFileLock(readOnly.host, file)).rejects.toMatchObject({
      code: 'IO',
      message: `cannot lock ${file}: EROFS`,
    });
  });
});
