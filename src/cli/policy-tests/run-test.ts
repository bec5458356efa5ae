// One policy test, decided by the functions that `serve` asks (gateway/caller.ts, signed-decision.ts, policy/tools.ts).
// Offline: what would have to be fetched is undecided. Identities are signed with a key made for the run, so that no
// test needs the real one.
import { generateKeyPairSync } from 'node:crypto';
import { judgeCaller } from '../../gateway/caller.js';
import { signedDecision, type SignIdentity } from '../../gateway/signed-decision.js';
import type { Host } from '../../host.js';
import type { Log } from '../../log.js';
import type { CallerVerdict, Decision } from '../../policy/decide.js';
import type { GatewayPolicy, HeaderField, ServerPolicy } from '../../policy/model.js';
import { toolVerdict, type ToolVerdict } from '../../policy/tools.js';
import { Secret } from '../../secret/secret.js';
import { createMinter } from '../../token/mint/mint.js';
import { readSigningKey, type SigningKey } from '../../token/mint/signing-key.js';
import { callerWithClaims } from '../caller-with-claims.js';
import { accessWithoutLogin, wireCaller, withoutLogin } from '../wire-caller.js';
import { mismatchesOf, type Mismatch } from './compare.js';
import type { PolicyTest } from './policy-test.js';

export interface TestRun {
  readonly host: Host;
  readonly policy: GatewayPolicy;
  readonly server: ServerPolicy;
  readonly test: PolicyTest;
  /** The one that the test gives, or that is in the file it names. */
  readonly token: Secret | undefined;
}

export interface TestResult {
  readonly test: PolicyTest;
  readonly server: ServerPolicy;
  readonly decision: Decision;
  /** Empty: passed. */
  readonly mismatches: readonly Mismatch[];
  /** How the policy answered, for coverage. */
  readonly client: readonly HeaderField[];
  readonly token: Secret | undefined;
  readonly toolVerdicts: readonly { readonly tool: string; readonly verdict: ToolVerdict }[];
}

/** Never throws for what a test says. */
export async function runTest({ host, policy, server, test, token }: TestRun): Promise<TestResult> {
  const { atMs, caller: given, tool } = test;
  let asked = false;
  const world: Host = {
    ...host,
    ...(atMs !== undefined && { now: () => atMs }),
    fetch: () => {
      asked = true;
      return Promise.reject(new Error('tests send nothing'));
    },
  };
  const client = [...policy.clientHeaders, ...test.headers];
  const caller =
    given.kind === 'claims'
      ? callerWithClaims(given.claims, server)
      : await judgedCaller({ host: world, server, token, client });
  const sign = server.identity?.method === 'jwt_header' ? testSigner(policy, world) : undefined;
  const access = accessWithoutLogin(server);
  const decided = await signedDecision({ server, caller, client, access, tool, sign });
  const decision = asked && decided.verdict === 'undecided' ? NOT_ASKED : decided;
  // As a `tools/list` of the same caller would be decided.
  const listing = test.tools.length === 0 ? undefined : await signedDecision({ server, caller, client, access, sign });
  const principal = listing?.verdict === 'allow' ? listing.principal : undefined;
  const verdicts =
    principal === undefined
      ? []
      : test.tools.map((name) => ({
          tool: name,
          verdict: toolVerdict({ tools: server.tools, principal, tool: name }),
        }));
  const listed = verdicts.filter(({ verdict }) => verdict.verdict === 'allowed').map((each) => each.tool);
  const called: TestResult['toolVerdicts'] =
    tool === undefined || caller.verdict !== 'accepted' || !isAboutTool(decision)
      ? []
      : [{ tool, verdict: toolVerdict({ tools: server.tools, principal: caller.principal, tool }) }];
  const mismatches = mismatchesOf(test.expected, { decision, listed });
  return { test, server, decision, mismatches, client, token, toolVerdicts: [...called, ...verdicts] };
}

/** The tool is asked about last: whatever refused the caller before says nothing of it. */
function isAboutTool(decision: Decision): boolean {
  return decision.verdict === 'allow' || (decision.verdict === 'deny' && decision.reason === 'TOOL_NOT_ALLOWED');
}

const NOT_ASKED: Decision = {
  verdict: 'undecided',
  message:
    'the token can only be judged by asking who issued it, and a test sends nothing: ' +
    'use `claims`, or a configuration that has its keys in `jwks`',
};

interface Judged {
  readonly host: Host;
  readonly server: ServerPolicy;
  readonly token: Secret | undefined;
  readonly client: readonly HeaderField[];
}

async function judgedCaller({ host, server, token, client }: Judged): Promise<CallerVerdict> {
  const configuredToken =
    token === undefined ? undefined : { current: () => token, renewed: () => Promise.resolve(undefined) };
  const sources = await wireCaller({ host, log: SILENT, server, configuredToken, identityLogin: withoutLogin(server) });
  return judgeCaller(sources, client);
}

/** A refusal is what many tests want: it is no news. */
const SILENT: Log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

function testSigner(policy: GatewayPolicy, host: Host): SignIdentity {
  return createMinter({ key: throwawayKey(), issuer: policy.identityIssuer, host });
}

function throwawayKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const read = readSigningKey(new Secret(String(privateKey.export({ format: 'pem', type: 'pkcs8' }))));
  if (!read.ok) throw new Error('a key that was just made cannot be read');
  return read.key;
}
