// The main job with real parts: an SDK host over a real pipe, a token of a real identity provider, the built mcpgw, a
// real SDK server. Once for each revision, and once with the older SDK on both ends.
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, finished, MCPGW, type Sandbox } from '../support/cli.js';
import { startHost, type Host, type HostEra } from '../support/host.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { startUpstream, type Upstream, type UpstreamEra } from '../support/upstream-server.js';

interface Stage {
  readonly provider: RunningIdentityProvider;
  readonly upstream: Upstream;
  readonly sandbox: Sandbox;
  readonly host: Host;
  readonly config: string;
}

const EXPIRED_LIFETIME_SECONDS = 1;

function policyFor(provider: RunningIdentityProvider, url: string): object {
  return {
    mcpServers: {
      demo: {
        url,
        headers: { 'X-Static': 'from-config' },
        forward_headers: ['X-Request-Id', 'X-Static', 'traceparent'],
        user_identity_forwarding: { method: 'claims_header', include_claims: ['sub', 'email'] },
        jwt_validation: {
          jwksUri: provider.metadata.jwks_uri,
          clockTolerance: 0,
          requiredClaims: ['sub'],
          claimValues: { iss: { values: provider.issuer }, aud: { values: provider.audience, matchType: 'contains' } },
        },
        external_auth_config: provider.externalAuthConfig,
      },
    },
  };
}

async function setUp(hostEra: HostEra, upstreamEra: UpstreamEra): Promise<Stage> {
  const provider = await startIdentityProvider();
  const upstream = await startUpstream({ era: upstreamEra });
  const sandbox = await createSandbox();
  const config = await sandbox.file('gateway.json', policyFor(provider, upstream.url));
  const login = await sandbox.run(['login', '-c', config]);
  expect(login, login.stderr).toMatchObject({ code: 0 });
  const host = await startHost({
    command: process.execPath,
    args: [
      MCPGW,
      'serve',
      '-c',
      config,
      '--header',
      'X-Request-Id: r-1',
      '--header',
      'X-User-Claims: {"sub":"forged"}',
    ],
    env: sandbox.env,
    cwd: sandbox.directory,
    era: hostEra,
  });
  return { provider, upstream, sandbox, host, config };
}

/** A token of the same provider that is expired by the time this resolves. */
async function expiredToken(stage: Stage): Promise<string> {
  const shortLived = await startIdentityProvider({ accessTokenLifetimeSeconds: EXPIRED_LIFETIME_SECONDS });
  const sandbox = await createSandbox();
  try {
    const config = await sandbox.file('gateway.json', policyFor(shortLived, stage.upstream.url));
    await sandbox.run(['login', '-c', config]);
    const { stdout } = await sandbox.run(['token', '-c', config]);
    const token = stdout.trim();
    const { exp = 0 } = decodeJwt(token);
    const leftMs = exp * 1000 - Date.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(leftMs, 0) + 1));
    return token;
  } finally {
    await sandbox.remove();
    await shortLived.close();
  }
}

const combinations: readonly (readonly [string, HostEra, UpstreamEra])[] = [
  ['2025-11-25', '2025', '2025'],
  ['2026-07-28', '2026', '2026'],
  ['the 1.x SDK on both ends', 'v1-sdk', 'v1-sdk'],
];

describe.each(combinations)('a host, mcpgw serve and a server in %s', (_name, hostEra, upstreamEra) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setUp(hostEra, upstreamEra);
  });
  afterAll(async () => {
    await stage.host.close();
    await stage.upstream.close();
    await stage.provider.close();
    await stage.sandbox.remove();
  });

  it('lists the tools of the server', async () => {
    const tools = await stage.host.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual(['add', 'count_down', 'echo', 'headers', 'wait']);
  });

  it('calls a tool and brings back its result', async () => {
    const { content } = await stage.host.callTool('echo', { text: 'grüße, 世界 \u{1F600}' });
    expect(content).toMatchObject([{ type: 'text', text: 'grüße, 世界 \u{1F600}' }]);
  });

  it('sends the verified identity, never the one that the client forges, and static headers over forwarded ones', async () => {
    const { content } = await stage.host.callTool(
      'headers',
      {},
      {
        meta: {
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          'mcpgw.dev/headers': { 'x-STATIC': 'from-client', Cookie: 'a=b', 'X-Other': 'no' },
        },
      },
    );
    const headers = JSON.parse(String(content[0]?.text)) as Record<string, string>;
    expect(JSON.parse(headers['x-user-claims'] ?? '')).toMatchObject({ sub: 'ana' });
    expect(headers).toMatchObject({
      'x-request-id': 'r-1',
      'x-static': 'from-config',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-other');
    expect(headers).not.toHaveProperty('authorization');
    const call = stage.upstream.requests.findLast(({ rpcMethod }) => rpcMethod === 'tools/call');
    expect(JSON.stringify(call?.body)).not.toContain('mcpgw.dev/headers');
  });

  it('passes progress on while a call runs', async () => {
    const seen: number[] = [];
    await stage.host.callTool('count_down', { n: 4 }, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('cancels at the server what the host cancels', async () => {
    const stop = new AbortController();
    const started = stage.upstream.toolCalls.length;
    const call = stage.host.callTool('wait', {}, { signal: stop.signal });
    await stage.upstream.waitFor(({ toolCalls }) => toolCalls.length > started);
    stop.abort();
    await expect(call).rejects.toThrow();
    await stage.upstream.waitFor(({ cancelled }) => cancelled.includes('wait'));
    const { content } = await stage.host.callTool('echo', { text: 'still here' });
    expect(content).toMatchObject([{ text: 'still here' }]);
  });

  it('refuses a call with an expired token before it reaches the server', async () => {
    const token = await expiredToken(stage);
    const reached = stage.upstream.requests.length;
    const refused = await stage.host
      .callTool('echo', { text: 'never' }, { meta: { 'mcpgw.dev/headers': { Authorization: `Bearer ${token}` } } })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(refused).toMatchObject({
      code: -31401,
      data: { error: 'unauthorized', error_description: 'Token is expired' },
    });
    expect(stage.upstream.requests).toHaveLength(reached);
    expect(JSON.stringify(refused) + stage.host.stderr()).not.toContain(token);
  });

  it('delivers the errors of the server as they are', async () => {
    await expect(stage.host.client.readResource({ uri: 'memo://none' })).rejects.toMatchObject({ code: -32602 });
  });

  it('writes nothing but JSON-RPC to stdout', () => {
    expect(stage.host.errors).toEqual([]);
  });
});

describe('the end of a session', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
  };
  let upstream: Upstream;
  let sandbox: Sandbox;
  let config: string;
  beforeAll(async () => {
    upstream = await startUpstream({ era: '2025' });
    sandbox = await createSandbox();
    config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } } });
  });
  afterAll(async () => {
    await upstream.close();
    await sandbox.remove();
  });

  it.each([
    ['EOF', 0],
    ['SIGTERM', 0],
    ['SIGHUP', 0],
    ['SIGINT', 130],
  ] as const)('on %s ends the upstream session and exits with %i', async (how, code) => {
    const deleted = (): number => upstream.requests.filter(({ method }) => method === 'DELETE').length;
    const before = deleted();
    const child = sandbox.start(['serve', '-c', config]);
    const result = finished(child);
    const answered = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    child.stdin.write(`${JSON.stringify(initialize)}\n`);
    await answered;
    if (how === 'EOF') child.stdin.end();
    else child.kill(how);
    const { code: exit, stdout } = await result;
    expect(exit).toBe(code);
    expect(deleted()).toBe(before + 1);
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });

  it('answers what is not JSON-RPC and goes on', async () => {
    const child = sandbox.start(['serve', '-c', config]);
    const result = finished(child);
    child.stdin.write(`nonsense\n[1]\n{"jsonrpc":"2.0","id":null,"method":"x"}\n${JSON.stringify(initialize)}\n`);
    child.stdin.end();
    const { code, stdout } = await result;
    expect(code).toBe(0);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: unknown; error?: { code: number } });
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      [null, -32700],
      [null, -32600],
      [null, -32600],
      [1, undefined],
    ]);
  });

  it('answers the opening message, and the calls with an error, when the server is not there', async () => {
    const dead = await sandbox.file('dead.json', { mcpServers: { demo: { url: 'http://127.0.0.1:9/mcp' } } });
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    const stdin = `${JSON.stringify(initialize)}\n${JSON.stringify(list)}\n`;
    const { code, stdout } = await sandbox.run(['serve', '-c', dead], { stdin });
    expect(code).toBe(0);
    const [opened, listed] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const instructions = expect.stringContaining('The server demo is not available now') as string;
    expect(opened).toMatchObject({ id: 1, result: { serverInfo: { name: 'demo' }, instructions } });
    expect(listed).toMatchObject({ id: 2, error: { code: -32603, data: { server: 'demo', retryable: true } } });
  });

  it('says which revision is missing when host and server do not agree', async () => {
    const modern = await startUpstream({ era: '2026' });
    try {
      const { stdout } = await sandbox.run(['serve', '--url', modern.url, '-c', await sandbox.file('bare.json', {})], {
        stdin: `${JSON.stringify(initialize)}\n`,
      });
      expect(JSON.parse(stdout)).toMatchObject({
        id: 1,
        error: { message: expect.stringContaining('2026-07-28') as string },
      });
    } finally {
      await modern.close();
    }
  });
});
