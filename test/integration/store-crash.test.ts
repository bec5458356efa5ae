// A login that is killed (-9) at whatever moment of its end: the one before it is not lost, whatever was being written.
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSandbox, finished, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';

let sandbox: Sandbox;
let idp: RunningIdentityProvider;
let onToken: () => void;
beforeEach(async () => {
  onToken = () => undefined;
  sandbox = await createSandbox();
  idp = await startIdentityProvider({
    onTokenRequest: (moment) => {
      if (moment === 'answered') onToken();
    },
  });
  await sandbox.file('mcpgw.json', { external_auth_config: idp.externalAuthConfig });
});
afterEach(async () => {
  await idp.close();
  await sandbox.remove();
});

async function token(): Promise<string> {
  const { code, stdout, stderr } = await sandbox.run(['token', '-c', 'mcpgw.json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

// From the answer with the new tokens to the end of the process: reading it, the lock, the file, its rename, the page.
const SPAN_MS = 120;
const RUNS = Number(process.env['MCPGW_CRASHES'] ?? 12);

it(`keeps the old login or has the new one, over ${RUNS} logins that were killed`, async () => {
  expect(await sandbox.run(['login', '-c', 'mcpgw.json'])).toMatchObject({ code: 0 });
  const tokens = [await token()];
  let killed = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: SPAN_MS }), async (afterMs) => {
      const child = sandbox.start(['login', '--force', '-c', 'mcpgw.json']);
      const ended = finished(child);
      onToken = () => void sleep(afterMs).then(() => child.kill('SIGKILL'));
      const { signal } = await ended;
      if (signal === 'SIGKILL') killed++;
      const now = await token();
      if (!tokens.includes(now)) tokens.push(now);
      expect(tokens.at(-1)).toBe(now);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(killed).toBeGreaterThan(0);
}, 300_000);
