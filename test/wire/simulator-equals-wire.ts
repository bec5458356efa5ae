// For random configurations, tokens and requests: what the functions behind `simulate` say is what a recording upstream
// received through the real `serve`, header for header, and the verdicts agree. One process a configuration.
import * as fc from 'fast-check';
import { decodeJwt } from 'jose';
import { judgeCaller, type CallerSources } from '../../src/gateway/caller.js';
import { headersFromMeta } from '../../src/gateway/client-headers.js';
import { signedDecision } from '../../src/gateway/signed-decision.js';
import { reveal, Secret } from '../../src/secret/secret.js';
import { findToken } from '../../src/token/find-token.js';
import { createMinter } from '../../src/token/mint/mint.js';
import { readSigningKey } from '../../src/token/mint/signing-key.js';
import { createTokenVerifier } from '../../src/token/verify.js';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { call, startLineHost, type Line, type LineHost } from '../support/line-host.js';
import {
  json,
  policyHeaders,
  resultOf,
  startScriptedUpstream,
  type Received,
  type ScriptedUpstream,
} from '../support/scripted-upstream.js';
import { serverOf } from '../unit/config/check-text.js';
import { anyRequest, anyServer, SIGNING_KEY, tokenValue, type AnyRequest } from './any-triple.js';

export interface WireRun {
  readonly seed: number;
  readonly processes: number;
  readonly requestsEach: number;
  /** How many of the triples go through the command `simulate --json`, rather than the function behind it. */
  readonly byCommand: number;
}

export interface WireOutcome {
  readonly triples: number;
  readonly allowed: number;
  /** What differed, in words; empty when the simulator told the truth. */
  readonly differences: readonly string[];
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const TOOLS = ['read_a', 'read_b', 'write_a'];

export async function compareWithWire({ seed, processes, requestsEach, byCommand }: WireRun): Promise<WireOutcome> {
  const servers = fc.sample(anyServer, { seed, numRuns: processes });
  const differences: string[] = [];
  let allowed = 0;
  for (const [index, server] of servers.entries()) {
    const requests = fc.sample(anyRequest, { seed: seed + index + 1, numRuns: requestsEach });
    const found = await compareServer({ written: server, requests, byCommand: Math.ceil(byCommand / processes) });
    allowed += found.allowed;
    differences.push(
      ...found.differences.map((each) => `seed ${seed}, process ${index}: ${each}\n${JSON.stringify(server)}`),
    );
  }
  return { triples: processes * requestsEach, allowed, differences };
}

interface ServerRun {
  readonly written: Readonly<Record<string, unknown>>;
  readonly requests: readonly AnyRequest[];
  readonly byCommand: number;
}

async function compareServer({ written, requests, byCommand }: ServerRun) {
  const upstream = await startScriptedUpstream(answerWell);
  const sandbox = await createSandbox();
  const config = { mcpServers: { demo: { url: upstream.url, ...written } } };
  const file = await sandbox.file('mcpgw.json', config);
  const host = startLineHost(sandbox, ['-c', file, '--protocol', '2026'], { MCPGW_SIGNING_KEY: SIGNING_KEY });
  try {
    const byFunction = await functionBehind(config);
    const outcomes = await Promise.all(
      requests.map((request, n) => {
        const simulate = n < byCommand ? command(sandbox, file) : byFunction;
        return compareOne({ request, id: `call-${n}`, host, upstream, simulate });
      }),
    );
    return {
      allowed: outcomes.filter(({ isAllowed }) => isAllowed).length,
      differences: outcomes.flatMap(({ difference }) => (difference === undefined ? [] : [difference])),
    };
  } finally {
    host.child.kill('SIGKILL');
    await host.exited;
    await upstream.close();
    await sandbox.remove();
  }
}

function answerWell(received: Received): true {
  const { body, response } = received;
  if (body.method !== 'tools/list') return json(response, resultOf(received));
  const tools = TOOLS.map((name) => ({ name, inputSchema: { type: 'object' } }));
  return json(response, { jsonrpc: '2.0', id: body.id, result: { resultType: 'complete', tools } });
}

/** What the simulator says of a request. */
interface Simulated {
  readonly verdict: string;
  readonly reason: string | undefined;
  /** Names and values of what the policy sends. */
  readonly sent: readonly (readonly [string, string])[];
}

type Simulate = (meta: object, tool: string) => Promise<Simulated>;

/** The command itself, as a process. */
function command(sandbox: Sandbox, file: string): Simulate {
  return async (meta, tool) => {
    const words = [
      'simulate',
      '-c',
      file,
      '--json',
      '--show-secrets',
      '--request',
      JSON.stringify(call(1, tool, meta)),
    ];
    const { code, stdout, stderr } = await sandbox.run(words, { env: { MCPGW_SIGNING_KEY: SIGNING_KEY } });
    if (stdout === '') throw new Error(`simulate printed nothing: ${stderr}`);
    const printed = JSON.parse(stdout) as {
      verdict: string;
      reason?: string;
      headers: { name: string; value: string; source: string }[];
    };
    const expected = { allow: 0, deny: 1, undecided: 3 }[printed.verdict];
    if (code !== expected) throw new Error(`simulate ended with ${code}: ${stdout}${stderr}`);
    const own = printed.headers.filter(({ source }) => source !== 'protocol');
    return { verdict: printed.verdict, reason: printed.reason, sent: own.map(({ name, value }) => [name, value]) };
  };
}

/** The decision as the command comes to it. */
async function functionBehind(config: object): Promise<Simulate> {
  const server = await serverOf(config);
  const rules = server.tokenRules;
  const host = {
    now: () => Date.now(),
    fetch,
    randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
  };
  const verifier = rules && createTokenVerifier({ rules, host });
  const sources: CallerSources = {
    server,
    verify: rules &&
      verifier && {
        token: (token) => verifier.judge(token),
        header: (headerValue) => {
          const found = findToken({ rules, headerValue });
          return found.found ? verifier.judge(found.token) : Promise.resolve(found.verdict);
        },
      },
    configuredToken: undefined,
    identityLogin: undefined,
  };
  const read = readSigningKey(new Secret(SIGNING_KEY));
  if (!read.ok) throw new Error(read.problem);
  const sign = createMinter({ key: read.key, issuer: 'mcpgw', host });
  return async (meta, tool) => {
    const brought = headersFromMeta({ _meta: meta });
    if (brought.kind === 'invalid') throw new Error(brought.message);
    const client = brought.kind === 'headers' ? brought.headers : [];
    const decision = await signedDecision({ server, caller: await judgeCaller(sources, client), client, tool, sign });
    return {
      verdict: decision.verdict,
      reason: decision.verdict === 'deny' ? decision.reason : undefined,
      sent: decision.verdict === 'allow' ? decision.headers.sent.map(({ name, value }) => [name, reveal(value)]) : [],
    };
  };
}

interface Comparison {
  readonly request: AnyRequest;
  readonly id: string;
  readonly host: LineHost;
  readonly upstream: ScriptedUpstream;
  readonly simulate: Simulate;
}

async function compareOne({ request, id, host, upstream, simulate }: Comparison) {
  const token = tokenValue(request, Math.floor(Date.now() / 1000));
  const headers = { ...request.headers, ...(token === undefined ? {} : { [request.tokenHeader]: token }) };
  const meta = {
    ...(request.trace === undefined ? {} : { traceparent: request.trace }),
    'mcpgw.dev/headers': headers,
  };
  const simulated = await simulate(meta, request.tool);
  host.send(call(id, request.tool, { ...ENVELOPE, ...meta }));
  const answer = await host.answer(id);
  const received = upstream.received.find(({ text }) => text.includes(`"${id}"`) && text.includes('"tools/call"'));
  const difference = differenceOf({ simulated, answer, received });
  return {
    isAllowed: simulated.verdict === 'allow',
    difference: difference && `${difference}\n${JSON.stringify(request)}`,
  };
}

interface Sides {
  readonly simulated: Simulated;
  readonly answer: Line;
  readonly received: Received | undefined;
}

function differenceOf({ simulated, answer, received }: Sides): string | undefined {
  const { verdict, reason, sent } = simulated;
  if (verdict !== 'allow') {
    if (received !== undefined) return `the simulator says ${verdict}, and the upstream received it`;
    const refused = reason === 'TOOL_NOT_ALLOWED' ? -32602 : -31401;
    const code = verdict === 'undecided' ? -32603 : refused;
    return answer.error?.code === code
      ? undefined
      : `simulated ${verdict} ${reason}, on the wire ${JSON.stringify(answer)}`;
  }
  if (received === undefined) return `the simulator allows it, and the wire says ${JSON.stringify(answer)}`;
  const wire = policyHeaders(received);
  const [left, right] = [sent, wire].map((side) =>
    JSON.stringify(side.map(([name, value]) => [name.toLowerCase(), comparable(value)]).toSorted(byName)),
  );
  return left === right ? undefined : `simulated ${left}\nreceived  ${right}`;
}

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}

/** A signed identity differs from one signing to the next in what belongs to the signing. */
function comparable(value: string): unknown {
  try {
    const { jti: _jti, iat: _iat, exp: _exp, ...claims } = decodeJwt(value);
    return claims;
  } catch {
    return value;
  }
}
