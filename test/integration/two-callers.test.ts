// Two callers over one process, each with tokens of their own in every request, calls interleaved 64 at a time: nothing of
// one ever reaches the upstream, or comes back, with a call of the other.
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { createSandbox } from '../support/cli.js';
import { generateKey, signToken } from '../support/jwt.js';
import { startLineHost, type Line, type LineHost } from '../support/line-host.js';
import { json, resultOf, startScriptedUpstream, type Received } from '../support/scripted-upstream.js';

const CALLS = 10_000;
const AT_A_TIME = 64;
const CALLERS = ['alpha', 'omega'] as const;
type Caller = (typeof CALLERS)[number];

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'two', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

it.each([
  { era: '2025-11-25', args: [], envelope: {} },
  { era: '2026-07-28', args: ['--protocol', '2026'], envelope: ENVELOPE },
])('keeps them apart over 10,000 calls of revision $era', { timeout: 120_000 }, async ({ args, envelope }) => {
  const key = generateKey('ES256', 'caller');
  const upstream = await startScriptedUpstream(echoOutOfOrder);
  const sandbox = await createSandbox();
  const file = await sandbox.file('mcpgw.json', {
    mcpServers: { demo: { url: upstream.url } },
    jwt_validation: { jwks: { keys: [key.jwk] }, algorithms: ['ES256'] },
    user_identity_forwarding: { method: 'claims_header', include_claims: ['sub', 'email'] },
    forward_headers: ['X-Request-Id', 'X-Tenant', 'X-Note'],
    tool_authorization: { restricted: { required_claims: { role: { values: 'owner' } } } },
  });
  const host = startLineHost(sandbox, ['-c', file, ...args]);
  closers.push(upstream.close, sandbox.remove, () => host.child.kill('SIGKILL'));
  const header = { alg: 'ES256', kid: 'caller' };
  const tokensOf = (caller: Caller, role: string): readonly string[] =>
    [0, 1, 2].map((n) => signToken({ header, payload: { ...claimsOf(caller), role, n } }, key));
  const tokens = { alpha: tokensOf('alpha', 'owner'), omega: tokensOf('omega', 'guest') };
  const metaOf = (caller: Caller, n: number): object => ({
    ...envelope,
    'mcpgw.dev/headers': {
      // Each brings a header that the other does not.
      ...(caller === 'alpha' ? { 'X-Tenant': 'tenant-of-alpha' } : { 'x-note': 'note-of-omega' }),
      'X-Request-Id': `${caller}-${n}`,
      Authorization: `Bearer ${tokens[caller][n % 3]}`,
    },
  });
  const answers = answersOf(host);
  if (args.length === 0) await host.open(metaOf('alpha', 0));

  let next = 0;
  const refused: number[] = [];
  const worker = async (): Promise<void> => {
    for (let n = next++; n < CALLS; n = next++) {
      // Neither in turn nor by chance: runs of one caller, and changes.
      const caller: Caller = (n * n + (n >> 3)) % 2 === 0 ? 'alpha' : 'omega';
      const tool = n % 10 === 0 ? 'restricted' : 'open';
      const id = `${caller}-${n}`;
      const answer = answers.to(id);
      const params = { name: tool, arguments: { id }, _meta: metaOf(caller, n) };
      host.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
      const { result, error } = await answer;
      if (caller === 'omega' && tool === 'restricted') {
        expect(error?.code, id).toBe(-32602);
        refused.push(n);
      } else {
        expect(JSON.stringify(result), `${id} ${JSON.stringify(error)}`).toContain(`"echo of ${id}"`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));

  const calls = upstream.received.filter(({ body }) => body.method === 'tools/call');
  expect(refused.length).toBeGreaterThan(CALLS / 50);
  expect(calls.length).toBe(CALLS - refused.length);
  expect(calls.length).toBeGreaterThan(CALLS / 4);
  const mixed = calls.filter((received) => !isOfOne(received));
  expect(mixed.map(({ headers }) => headers)).toEqual([]);
});

function claimsOf(caller: Caller): Record<string, unknown> {
  return { sub: `sub-of-${caller}`, email: `${caller}@example.com`, exp: Math.floor(Date.now() / 1000) + 3600 };
}

/** Every header that names a caller names the one whose call it is, and all of the caller's own are there. */
function isOfOne({ headers, body }: Received): boolean {
  const id = idOf(body);
  const caller = CALLERS.find((name) => id.startsWith(`${name}-`));
  if (caller === undefined) return false;
  const other = caller === 'alpha' ? 'omega' : 'alpha';
  const claims = JSON.parse(String(headers['x-user-claims'])) as { sub?: unknown; email?: unknown };
  const own = caller === 'alpha' ? headers['x-tenant'] : headers['x-note'];
  return (
    headers['x-request-id'] === id &&
    !JSON.stringify(headers).includes(other) &&
    claims.sub === `sub-of-${caller}` &&
    claims.email === `${caller}@example.com` &&
    own === (caller === 'alpha' ? 'tenant-of-alpha' : 'note-of-omega')
  );
}

function idOf(body: Received['body']): string {
  return String((body['params'] as { readonly arguments?: { readonly id?: unknown } }).arguments?.id);
}

/** Not in the order of the calls. */
function echoOutOfOrder(received: Received): boolean {
  const { body, response } = received;
  if (body.method === 'tools/list') {
    const tools = ['open', 'restricted'].map((name) => ({ name, inputSchema: { type: 'object' } }));
    return json(response, { jsonrpc: '2.0', id: body.id, result: { resultType: 'complete', tools } });
  }
  if (body.method !== 'tools/call') return false;
  const id = idOf(body);
  let turns = (id.length * 7 + id.charCodeAt(id.length - 1)) % 5;
  const turn = (): void => {
    if (turns-- > 0) setImmediate(turn);
    else json(response, resultOf(received, `echo of ${id}`));
  };
  turn();
  return true;
}

function answersOf({ child }: LineHost) {
  const waiting = new Map<string, (line: Line) => void>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    const id = String(line.id);
    waiting.get(id)?.(line);
    waiting.delete(id);
  });
  return { to: (id: string) => new Promise<Line>((resolve) => void waiting.set(id, resolve)) };
}
