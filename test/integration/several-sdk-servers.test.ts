// Several servers in one endpoint with real parts: an SDK host over a real pipe, the built mcpgw, three SDK servers. Once for
// each revision, and once with the older SDK on both ends.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, MCPGW, type Sandbox } from '../support/cli.js';
import { startHost, type Host, type HostEra } from '../support/host.js';
import { startUpstream, type Upstream, type UpstreamEra } from '../support/upstream-server.js';

const NAMES = ['alpha', 'beta', 'gamma'] as const;

const combinations: readonly (readonly [string, HostEra, UpstreamEra])[] = [
  ['2025-11-25', '2025', '2025'],
  ['2026-07-28', '2026', '2026'],
  ['the 1.x SDK on both ends', 'v1-sdk', 'v1-sdk'],
];

describe.each(combinations)('one endpoint for three servers in %s', (_name, era, upstreamEra) => {
  let servers: Upstream[];
  let sandbox: Sandbox;
  let host: Host;

  beforeAll(async () => {
    servers = await Promise.all(NAMES.map(() => startUpstream({ era: upstreamEra })));
    sandbox = await createSandbox();
    const entries = NAMES.map((name, index) => [
      name,
      {
        url: servers[index]?.url,
        headers: { 'X-Of': name },
        ...(name === 'gamma' ? { tools: { allowed: ['echo'] } } : {}),
      },
    ]);
    const config = await sandbox.file('gateway.json', { mcpServers: Object.fromEntries(entries) });
    host = await startHost({
      command: process.execPath,
      args: [MCPGW, 'serve', '-c', config],
      env: sandbox.env,
      cwd: sandbox.directory,
      era,
    });
  });
  afterAll(async () => {
    await host.close();
    await Promise.all(servers.map((server) => server.close()));
    await sandbox.remove();
  });

  it("has the tools of all, each of those that its server's policy shows", async () => {
    const tools = (await host.listTools()).map(({ name }) => name);
    const own = ['add', 'count_down', 'echo', 'headers', 'wait'];
    expect(tools.toSorted()).toEqual([
      ...own.map((name) => `alpha__${name}`),
      ...own.map((name) => `beta__${name}`),
      'gamma__echo',
    ]);
  });

  it('brings a call to its server, with progress, and with the headers of that server alone', async () => {
    const progress: number[] = [];
    const counted = await host.callTool(
      'beta__count_down',
      { n: 3 },
      { onprogress: ({ progress: value }) => progress.push(value) },
    );
    expect(counted.isError ?? false).toBe(false);
    expect(progress.length).toBeGreaterThan(0);
    expect(servers.map(({ toolCalls }) => toolCalls.includes('count_down'))).toEqual([false, true, false]);
    for (const [index, name] of NAMES.entries()) {
      expect(new Set(servers[index]?.requests.map(({ headers }) => headers['x-of']))).toEqual(new Set([name]));
    }
  });

  it('refuses the tools that a policy hides, as unknown ones', async () => {
    await expect(host.callTool('gamma__add', { a: 1, b: 2 })).rejects.toThrow('Unknown tool');
    await expect(host.callTool('delta__add', { a: 1, b: 2 })).rejects.toThrow('Unknown tool');
    expect(servers[2]?.toolCalls).not.toContain('add');
  });

  it('answers a hundred calls at once to all of them, each with its own', async () => {
    const calls = Array.from({ length: 100 }, (_, index) => {
      const text = `n-${index}`;
      return host.callTool(`${NAMES[index % 3]}__echo`, { text }).then(({ content }) => content[0]?.text === text);
    });
    expect((await Promise.all(calls)).every(Boolean)).toBe(true);
  });

  it('cancels at the one server that has the call', async () => {
    const giveUp = new AbortController();
    const waiting = host.callTool('alpha__wait', {}, { signal: giveUp.signal });
    const refused = expect(waiting).rejects.toThrow();
    await servers[0]?.waitFor(({ toolCalls }) => toolCalls.includes('wait'));
    giveUp.abort();
    await refused;
    await servers[0]?.waitFor(({ cancelled }) => cancelled.includes('wait'));
  });

  it('has a prompt of each, and a resource that all of them have under a name of each', async () => {
    const client = host.client as unknown as Asking;
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(NAMES.map((name) => `${name}__greet`));
    const greeting = await client.getPrompt({ name: 'beta__greet', arguments: { name: 'Ana' } });
    expect(JSON.stringify(greeting)).toContain('Hello, Ana');
    const uris = (await client.listResources()).resources.map(({ uri }) => uri);
    expect(uris).toEqual(NAMES.map((name) => `mcpgw+${name}:memo://greeting`));
    const read = await client.readResource({ uri: uris[1] ?? '' });
    expect(read.contents).toMatchObject([{ uri: 'mcpgw+beta:memo://greeting', text: 'Hello from upstream' }]);
  });
});

/** What both SDKs' clients have in common here. */
interface Asking {
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(params: object): Promise<object>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  readResource(params: object): Promise<{ contents: unknown }>;
}
