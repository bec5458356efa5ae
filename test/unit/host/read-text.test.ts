// Reading a text from whatever a user names as a file.
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeHost } from '../../../src/host.js';

const { files } = nodeHost();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'mcpgw-read-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('reading a text', () => {
  it('gives the whole of a file', async () => {
    const file = path.join(directory, 'text');
    await writeFile(file, 'ä✓'.repeat(100_000));
    expect(await files.readText(file)).toBe('ä✓'.repeat(100_000));
  });

  it('ends with an error when there is too much of it', async () => {
    const file = path.join(directory, 'large');
    const handle = await open(file, 'w');
    await handle.truncate(64 * 1024 * 1024 + 1);
    await handle.close();
    await expect(files.readText(file)).rejects.toMatchObject({ code: 'EFBIG' });
  });

  it.skipIf(process.platform === 'win32')('ends on a device that never does', async () => {
    await expect(files.readText('/dev/zero')).rejects.toMatchObject({ code: 'EFBIG' });
  });

  it('fails as the system says', async () => {
    await expect(files.readText(path.join(directory, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(files.readText(directory)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
