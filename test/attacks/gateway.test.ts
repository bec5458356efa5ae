// The same attacks through the doors that users have: every one of them as the Authorization of a tool call through the
// built `serve`, and as the token of `verify-token` and `decode-token`.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { keysFromJson } from '../support/jwt.js';
import { call, startLineHost, type LineHost } from '../support/line-host.js';
import { runProgram } from '../support/run-program.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';
import { createTestHost, type TestHost } from '../support/test-host.js';
import { attackTokens } from './attack-tokens.js';
import { createStage, SENTINEL, trusted, type Attack } from './stage.js';

const stage = createStage(Math.floor(Date.now() / 1000));
/** Clocks run here, and what surrounds a token is forgiven. */
const attacks: readonly (readonly [string, Attack])[] = Object.values(attackTokens(stage))
  .flatMap((each) => Object.entries(each))
  .filter(([, { isAtTheEdge, isTrimmed }]) => !isAtTheEdge && !isTrimmed);

const validation = (config: Attack['config']): object => ({
  jwt_validation: { jwks: { keys: keysFromJson(trusted) }, ...config },
});

describe('a tool call with the token of an attack', () => {
  let sandbox: Sandbox;
  let upstream: ScriptedUpstream;
  let host: LineHost;
  beforeAll(async () => {
    sandbox = await createSandbox();
    upstream = await startScriptedUpstream();
    const file = await sandbox.file('mcpgw.json', {
      mcpServers: { demo: { url: upstream.url } },
      forward_headers: ['X-Attack'],
      ...validation(undefined),
    });
    host = startLineHost(sandbox, ['-c', file]);
    await host.open(headers(stage.good));
    await upstream.request(({ body }) => body.method === 'notifications/initialized');
  });
  afterAll(async () => {
    host.child.kill('SIGKILL');
    await host.exited;
    await upstream.close();
    await sandbox.remove();
  });

  const headers = (token: string): object => ({ 'mcpgw.dev/headers': { Authorization: `Bearer ${token}` } });
  /** Those that need no keys and no rules of their own. */
  const plain = attacks.filter(([, { keys, config }]) => !keys && !config);

  it('reaches no upstream, and leaves the session as it was', async () => {
    expect(plain.length).toBeGreaterThan(300);
    const accepted: string[] = [];
    for (const [name, { token }] of plain) {
      host.send(call(name, 'echo', headers(token)));
      const { error } = await host.answer(name);
      // Refused, or no header at all: a line break, a letter that is no byte.
      if (error?.code !== -31401 && error?.code !== -32602) accepted.push(`${name}: ${JSON.stringify(error)}`);
      const shown = JSON.stringify(error ?? {});
      for (const part of token.split('.'))
        if (part.length > 20 && shown.includes(part)) accepted.push(`shown: ${name}`);
    }
    expect(accepted).toEqual([]);
    host.send(call('a good one', 'echo', headers(stage.good)));
    expect(await host.answer('a good one')).toHaveProperty('result');
    const arrived = upstream.received.filter(({ body }) => body.method === 'tools/call').map(({ body }) => body.id);
    expect(arrived).toHaveLength(1);
  }, 120_000);
});

describe('on the command line', () => {
  let world: TestHost;
  beforeAll(async () => {
    world = await createTestHost();
  });
  afterAll(() => world.remove());

  const secretParts = (token: string): readonly string[] => [
    SENTINEL,
    ...token.split('.').filter((part) => part.length > 20),
  ];

  it('verify-token refuses every attack with exit 1, and one JSON document', async () => {
    const own = attacks.filter(([, { keys }]) => !keys);
    const wrong: string[] = [];
    for (const [name, { token, config, reason }] of own) {
      await writeFile(path.join(world.host.cwd, 'policy.json'), JSON.stringify(validation(config)));
      const words = ['verify-token', '-c', 'policy.json', '--token-env', 'TOKEN', '--json', '--explain'];
      const { code, stdout, stderr } = await runProgram({ words, world, env: { TOKEN: token } });
      const answer = JSON.parse(stdout) as { verdict?: string; reason?: string; claims?: unknown };
      if (code !== 1 || answer.verdict !== 'rejected' || answer.reason !== reason || 'claims' in answer) {
        wrong.push(`${name}: ${code} ${stdout.slice(0, 200)}`);
      }
      for (const part of secretParts(token)) if ((stdout + stderr).includes(part)) wrong.push(`shown: ${name}`);
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it('decode-token shows what can be read, says that nobody verified it, and never ends otherwise than 0 or 1', async () => {
    const wrong: string[] = [];
    for (const [name, { token, reason }] of attacks) {
      const words = ['decode-token', '--token-env', 'TOKEN'];
      const { code, stdout, stderr } = await runProgram({ words, world, env: { TOKEN: token } });
      const isReadable = reason !== 'MALFORMED' && reason !== 'TOKEN_TOO_LARGE';
      if (code !== (isReadable ? 0 : 1)) wrong.push(`${name}: ${code} ${stderr.slice(0, 200)}`);
      if (isReadable && !stdout.startsWith('NOT VERIFIED: ')) wrong.push(`${name}: ${stdout.slice(0, 60)}`);
      if (!isReadable && !/^error: the (?:\w+ of the )?token is malformed/.test(stderr)) {
        wrong.push(`${name}: ${stderr.slice(0, 100)}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});
