// Ten thousand distinct tokens through one verifier: its memory is after the second half what it was after the first.
// A million of them are behind `npm run bench:token-memory`.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

it('does not grow with the number of tokens seen', async () => {
  const child = spawn(process.execPath, ['--expose-gc', 'scripts/run.mjs', 'bench/token-memory.ts', '10000'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect({ code, printed }).toEqual({ code: 0, printed: expect.stringMatching(/^\| 10000 \|/m) });
});
