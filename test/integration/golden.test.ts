// The golden cases of `test/golden/headers` and `test/golden/decide`: a configuration, a request, what must come of it.
// Each goes through `simulate`, `test` and `serve`, which must all say the same. A case is a directory:
//
// - `config.json`: an entry of `mcpServers` without its url; the caller's key goes into `jwks`.
// - `request.json`: `claims` of the token, or `token` (`none`, `basic`, `junk`, `forged`); `token_header`; `headers`; `trace`; `tool`.
// - `expected.json`: `verdict`; of a denial `reason` and `rule`; else `headers` (name, value, source; `…` is any value) and
//   `dropped` (name, reason), both in order.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { generateKey, signToken } from '../support/jwt.js';
import { call, startLineHost } from '../support/line-host.js';
import {
  json,
  policyHeaders,
  resultOf,
  startScriptedUpstream,
  type ScriptedUpstream,
} from '../support/scripted-upstream.js';

const ROOT = fileURLToPath(new URL('../golden', import.meta.url));
const caller = generateKey('ES256', 'caller');
const stranger = generateKey('ES256', 'caller');
const SIGNING_KEY = String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
const TOOLS = ['read_a', 'read_secret', 'write_a', 'delete_a', 'any'];

interface Request {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly token?: 'none' | 'basic' | 'junk' | 'forged';
  readonly token_header?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly trace?: Readonly<Record<string, string>>;
  readonly tool?: string;
}

type Expected =
  | { readonly verdict: 'deny'; readonly reason: string; readonly rule: string }
  | {
      readonly verdict: 'allow';
      readonly headers: readonly (readonly [name: string, value: string, source: string])[];
      readonly dropped: readonly (readonly [name: string, reason: string])[];
    };

interface Case {
  readonly config: { readonly jwt_validation?: object };
  readonly request: Request;
  readonly expected: Expected;
}

function caseOf(directory: string): Case {
  const read = (name: string): unknown => JSON.parse(readFileSync(path.join(ROOT, directory, `${name}.json`), 'utf8'));
  return { config: read('config'), request: read('request'), expected: read('expected') } as Case;
}

const CASES = ['headers', 'decide'].flatMap((area) =>
  readdirSync(path.join(ROOT, area)).map((name) => ({ name: `${area}/${name}`, ...caseOf(`${area}/${name}`) })),
);

/** The value of the header that carries the token. */
function tokenValue({ token, claims }: Request): string | undefined {
  const sign = (key: typeof caller): string => {
    const payload = { exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
    return `Bearer ${signToken({ header: { alg: 'ES256', kid: 'caller' }, payload }, key)}`;
  };
  switch (token) {
    case 'none':
      return undefined;
    case 'basic':
      return 'Basic YW5hOnNlY3JldA==';
    case 'junk':
      return 'Bearer not.a-jwt';
    case 'forged':
      return sign(stranger);
    case undefined:
      return claims === undefined ? undefined : sign(caller);
  }
}

/** All of the client's headers: those of the case, then the token's. */
function clientHeaders(request: Request): Readonly<Record<string, string>> {
  const value = tokenValue(request);
  return {
    ...request.headers,
    ...(value === undefined ? {} : { [request.token_header ?? 'Authorization']: value }),
  };
}

let sandbox: Sandbox;
let upstream: ScriptedUpstream;
beforeAll(async () => {
  sandbox = await createSandbox();
  upstream = await startScriptedUpstream((received) => {
    const { body, response } = received;
    if (body.method !== 'tools/list') return json(response, resultOf(received));
    const tools = TOOLS.map((name) => ({ name, inputSchema: { type: 'object' } }));
    return json(response, { jsonrpc: '2.0', id: body.id, result: { resultType: 'complete', tools } });
  });
});
afterAll(async () => {
  await upstream.close();
  await sandbox.remove();
});

const env = { MCPGW_SIGNING_KEY: SIGNING_KEY };

async function configFile(name: string, { config }: Case): Promise<string> {
  const validation = config.jwt_validation && { ...config.jwt_validation, jwks: { keys: [caller.jwk] } };
  const server = { url: upstream.url, ...config, ...(validation && { jwt_validation: validation }) };
  return sandbox.file(`${name.replace('/', '-')}.json`, { mcpServers: { demo: server } });
}

it('is about something', () => {
  expect(CASES.length).toBeGreaterThan(40);
  expect(new Set(CASES.map(({ expected }) => expected.verdict)).size).toBe(2);
});

describe.each(CASES)('$name', ({ name, ...one }) => {
  const { request, expected } = one;
  const meta = (): object => ({ ...request.trace, 'mcpgw.dev/headers': clientHeaders(request) });
  const tool = request.tool ?? 'any';
  const called = request.tool === undefined && 'tools' in one.config ? undefined : tool;

  it('is what simulate says', async () => {
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: called ?? 'any', _meta: meta() } };
    const words = ['simulate', '-c', await configFile(name, one), '--json', '--show-secrets'];
    const { code, stdout } = await sandbox.run([...words, '--request', JSON.stringify(message)], { env });
    const printed = JSON.parse(stdout) as {
      readonly headers: readonly { readonly name: string; readonly value: string; readonly source: string }[];
      readonly dropped: readonly { readonly name: string; readonly reason: string }[];
    };
    expect(code).toBe(expected.verdict === 'allow' ? 0 : 1);
    if (expected.verdict === 'deny') {
      expect(printed).toMatchObject(expected);
      return;
    }
    const own = printed.headers.filter(({ source }) => source !== 'protocol');
    const values = own.map((header, at) => [
      header.name,
      expected.headers[at]?.[1] === '…' ? '…' : header.value,
      header.source,
    ]);
    expect({
      headers: values,
      dropped: printed.dropped.map((header) => [header.name, header.reason]).toSorted(byName),
    }).toEqual({ headers: expected.headers, dropped: expected.dropped.toSorted(byName) });
  });

  it('passes as a policy test, and fails as the opposite of one', async () => {
    const sent = expected.verdict === 'allow' ? expected.headers : [];
    const dropped = expected.verdict === 'allow' ? expected.dropped.map(([header]) => header.toLowerCase()) : [];
    // The client's `accept` never arrives, and the transport's own does.
    const arriving = new Set(['accept', 'content-type', ...sent.map(([sentName]) => sentName.toLowerCase())]);
    const absent = dropped.filter((header) => !arriving.has(header));
    const expectation =
      expected.verdict === 'deny'
        ? { verdict: 'deny', reason: expected.reason }
        : {
            verdict: 'allow',
            headers: Object.fromEntries(sent.filter(([, value]) => value !== '…').map(([key, value]) => [key, value])),
            absent_headers: [...new Set(absent)],
          };
    const run = async (expect_: object): Promise<number | null> => {
      const test = {
        name,
        headers: { ...request.trace, ...clientHeaders(request) },
        ...(called === undefined ? {} : { request: { tool: called } }),
        expect: expect_,
      };
      const config = await configFile(name, one);
      const file = await sandbox.file('policy.test.json', { config, tests: [test] });
      const { code, stderr } = await sandbox.run(['test', file]);
      expect(stderr).toBe('');
      return code;
    };
    expect(await run(expectation)).toBe(0);
    expect(await run({ verdict: expected.verdict === 'allow' ? 'deny' : 'allow' })).toBe(1);
  });

  it('is what serve does', async () => {
    const host = startLineHost(sandbox, ['-c', await configFile(name, one), '--protocol', '2026'], env);
    try {
      const envelope = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'golden', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      };
      host.send(call(name, tool, { ...envelope, ...meta() }));
      const answer = await host.answer(name);
      const received = upstream.received.find(({ body }) => body.id === name && body.method === 'tools/call');
      if (expected.verdict === 'deny') {
        expect(received).toBeUndefined();
        expect(answer.error?.code).toBe(expected.reason === 'TOOL_NOT_ALLOWED' ? -32602 : -31401);
        return;
      }
      const wire = policyHeaders(received);
      const wanted = expected.headers.map(([key, value]) => [key.toLowerCase(), value]);
      const got = wire.map(([key, value]) => {
        const isAny = expected.headers.some(([each, any]) => each.toLowerCase() === key && any === '…');
        return [key, isAny ? '…' : value];
      });
      expect(got.toSorted(byName)).toEqual(wanted.toSorted(byName));
    } finally {
      host.child.kill('SIGKILL');
      await host.exited;
    }
  });
});

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
