// Tool rules with real parts: an SDK host, the built mcpgw, a real SDK server, in each revision.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, MCPGW, type Sandbox } from '../support/cli.js';
import { startHost, type Host, type HostEra } from '../support/host.js';
import { generateKey, signToken } from '../support/jwt.js';
import { startUpstream, type Upstream, type UpstreamEra } from '../support/upstream-server.js';

const combinations: readonly (readonly [string, HostEra, UpstreamEra])[] = [
  ['2025-11-25', '2025', '2025'],
  ['2026-07-28', '2026', '2026'],
  ['the 1.x SDK on both ends', 'v1-sdk', 'v1-sdk'],
];

describe.each(combinations)('tool rules between a host and a server in %s', (_name, hostEra, upstreamEra) => {
  const key = generateKey('ES256', 'k1');
  const tokenOf = (claims: object): string => {
    const now = Math.floor(Date.now() / 1000);
    const payload = { sub: 'ana', iat: now - 60, exp: now + 600, ...claims };
    return signToken({ header: { alg: 'ES256', typ: 'JWT', kid: 'k1' }, payload }, key);
  };
  let server: Upstream;
  let box: Sandbox;
  let host: Host;
  beforeAll(async () => {
    server = await startUpstream({ era: upstreamEra });
    box = await createSandbox();
    const config = await box.file('gateway.json', {
      jwt_validation: { jwks: { keys: [key.jwk] }, algorithms: ['ES256'] },
      mcpServers: {
        demo: {
          url: server.url,
          tools: { allowed: ['echo', 'add', 'headers', 'wait'], blocked: ['w*'] },
          tool_authorization: {
            'a*': { required_claims: { role: { values: 'admin' } } },
            headers: { required_claims: { groups: { values: ['ops'], matchType: 'contains' } } },
          },
        },
      },
    });
    host = await startHost({
      command: process.execPath,
      args: [MCPGW, 'serve', '-c', config],
      env: { ...box.env, MCPGW_TOKEN: tokenOf({ role: 'guest', groups: ['ops'] }) },
      cwd: box.directory,
      era: hostEra,
    });
  });
  afterAll(async () => {
    await host.close();
    await server.close();
    await box.remove();
  });

  const failure = (name: string, options: object = {}): Promise<unknown> =>
    host.callTool(name, { text: 'x', a: 1, b: 2, n: 1 }, options).then(
      (result) => result,
      (error: unknown) => error,
    );

  it('lists what the caller may call, and calls it', async () => {
    expect((await host.listTools()).map(({ name }) => name).toSorted()).toEqual(['echo', 'headers']);
    expect((await host.callTool('echo', { text: 'hi' })).content).toMatchObject([{ text: 'hi' }]);
    expect((await host.callTool('headers')).isError).not.toBe(true);
  });

  it('answers for the others, and for what does not exist, in the same words', async () => {
    const started = server.toolCalls.length;
    for (const name of ['add', 'count_down', 'wait', 'none', 'w', 'ECHO']) {
      const error = await failure(name);
      expect(error, name).toMatchObject({ code: -32602, data: undefined });
      expect(String(error)).toContain(`Unknown tool: ${name}`);
    }
    expect(server.toolCalls).toHaveLength(started);
  });

  it('judges each request by the token that it brings', async () => {
    const authorization = `Bearer ${tokenOf({ role: 'admin' })}`;
    const ofAdmin = { meta: { 'mcpgw.dev/headers': { Authorization: authorization } } };
    const [admin, guest] = await Promise.all([failure('add', ofAdmin), failure('add')]);
    expect(admin).toMatchObject({ content: [{ text: '3' }] });
    expect(guest).toMatchObject({ code: -32602 });
    expect(await failure('headers', ofAdmin)).toMatchObject({ code: -32602 });
  });

  it('leaves prompts and resources as they are', async () => {
    const { client } = host;
    const { prompts } = await client.listPrompts();
    const { resources } = await client.listResources();
    expect([prompts[0]?.name, resources[0]?.name]).toEqual(['greet', 'greeting']);
    const prompt = await client.getPrompt({ name: 'greet', arguments: { name: 'Ana' } });
    expect(JSON.stringify(prompt)).toContain('Hello, Ana');
    expect(JSON.stringify(await client.readResource({ uri: 'memo://greeting' }))).toContain('Hello from upstream');
  });
});
