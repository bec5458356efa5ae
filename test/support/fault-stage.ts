// The stage of the network faults: a good server of either era, the bad network of `fault-proxy.ts` in front of it, and the
// built bridge with a host that speaks raw lines. What ran is counted at the server.
import { createSandbox, type Sandbox } from './cli.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';
import { INITIALIZE, INITIALIZED, startLineHost, type Line, type LineHost } from './line-host.js';
import { json, startScriptedUpstream, type Received, type ScriptedUpstream } from './scripted-upstream.js';
import { startUpstream } from './upstream-server.js';

export type Era = '2025' | '2026';

/** Of the same tools: `add` may do harm, `echo` says `readOnlyHint`, `put` (not of the SDK's servers) `idempotentHint`. */
export type ServerKind = 'SDK' | 'JSON' | 'SSE';

export const KINDS: readonly (readonly [Era, ServerKind])[] = [
  ['2025', 'SDK'],
  ['2025', 'JSON'],
  ['2025', 'SSE'],
  ['2026', 'SDK'],
  ['2026', 'JSON'],
  ['2026', 'SSE'],
];

export interface CountingServer {
  readonly url: string;
  /** How often the call with this id has run. */
  readonly runs: (id: string | number) => number;
  /** As a restart does: nobody's session is known any more. */
  readonly forgetSessions: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface FaultStage {
  readonly era: Era;
  readonly server: CountingServer;
  readonly proxy: FaultProxy;
  readonly host: LineHost;
  /** Sends a call of a tool. */
  readonly send: (id: string | number, tool: string) => void;
  /** Sends it, and waits for its answer. */
  readonly call: (id: string | number, tool: string) => Promise<Line>;
  /** Another request, with what its era wants in it. */
  readonly ask: (id: string | number, method: string, params?: object) => Promise<Line>;
  readonly close: () => Promise<void>;
}

export interface StageOptions {
  readonly era: Era;
  readonly kind: ServerKind;
  /** Of the entry in the configuration. */
  readonly config?: object;
}

export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** The session is open, and the host has listed the tools. */
export async function startFaultStage({ era, kind, config = {} }: StageOptions): Promise<FaultStage> {
  const server = kind === 'SDK' ? await sdkServer(era) : await scriptedServer(era, kind);
  const proxy = await startFaultProxy(() => server.url);
  const sandbox: Sandbox = await createSandbox();
  const file = await sandbox.file('gateway.json', { mcpServers: { demo: { url: proxy.url, ...config } } });
  const host = startLineHost(sandbox, ['-c', file]);
  const message = (id: string | number, method: string, params: object = {}): object => ({
    jsonrpc: '2.0',
    id,
    method,
    params: era === '2026' ? { ...params, _meta: ENVELOPE } : params,
  });
  const callOf = (id: string | number, tool: string): object =>
    message(id, 'tools/call', { name: tool, arguments: { text: String(id), a: 1, b: 2 } });
  const ask: FaultStage['ask'] = (id, method, params) => {
    host.send(message(id, method, params));
    return host.answer(id);
  };
  if (era === '2025') {
    host.send(INITIALIZE);
    await host.answer(INITIALIZE.id);
    host.send(INITIALIZED);
  }
  await ask('list', 'tools/list');
  return {
    era,
    server,
    proxy,
    host,
    ask,
    send: (id, tool) => host.send(callOf(id, tool)),
    call: (id, tool) => {
      host.send(callOf(id, tool));
      return host.answer(id);
    },
    close: async () => {
      host.child.kill('SIGKILL');
      await host.exited;
      await proxy.close();
      await server.close();
      await sandbox.remove();
    },
  };
}

async function sdkServer(era: Era): Promise<CountingServer> {
  const server = await startUpstream({ era });
  return {
    url: server.url,
    // What an unknown session is asked does not run.
    runs: (id) =>
      server.requests.filter(
        ({ rpcMethod, body, status }) =>
          rpcMethod === 'tools/call' && (body as { id?: unknown }).id === id && status !== 404,
      ).length,
    forgetSessions: () => server.dropSessions(),
    close: () => server.close(),
  };
}

const TOOLS = [
  { name: 'add', inputSchema: { type: 'object' } },
  { name: 'echo', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
  { name: 'put', inputSchema: { type: 'object' }, annotations: { readOnlyHint: false, idempotentHint: true } },
];

async function scriptedServer(era: Era, kind: 'JSON' | 'SSE'): Promise<CountingServer> {
  const sessions = new Set<string>();
  const ran: unknown[] = [];
  let opened = 0;
  const upstream: ScriptedUpstream = await startScriptedUpstream((received) => {
    const { body, headers, method, response } = received;
    if (body.method === 'initialize') {
      const id = `s-${++opened}`;
      sessions.add(id);
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } };
      return json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': id });
    }
    if (era === '2025' && !sessions.has(String(headers['mcp-session-id']))) {
      response.writeHead(404).end();
      return true;
    }
    if (method !== 'POST' || body.id === undefined) return false;
    if (body.method === 'tools/call') ran.push(body.id);
    const result = body.method === 'tools/list' ? { tools: TOOLS } : { content: [{ type: 'text', text: 'ok' }] };
    const answer = { jsonrpc: '2.0', id: body.id, result };
    return kind === 'JSON' ? json(response, answer) : events(received, answer);
  });
  return {
    url: upstream.url,
    runs: (id) => ran.filter((each) => each === id).length,
    forgetSessions: async () => sessions.clear(),
    close: () => upstream.close(),
  };
}

/** A log message, then the answer, each in a piece of its own. */
function events({ response }: Received, answer: object): true {
  const said = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'working' } };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${JSON.stringify(said)}\n\n`, () => {
    response.write(`data: ${JSON.stringify(answer)}\n\n`, () => response.end());
  });
  return true;
}
