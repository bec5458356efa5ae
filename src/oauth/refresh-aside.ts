// A refresh in a process of its own. A server that rotates refresh tokens has spent the old one when it answers: were this
// process ended between that answer and the disk, the login would be lost. The other process has the lock, writes what it
// got, and is in nobody's process group.
import { McpgwError, type ErrorCode } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import { Secret } from '../secret/secret.js';
import type { CredentialStore, LoginStores } from '../store/credential-store.js';
import { loginKey, type KnownServer } from './login-key.js';
import { refreshOnce, type RefreshOnceOptions, type RefreshOutcome } from './refresh-once.js';

/** The hidden command that does it. */
export const REFRESH_COMMAND = 'refresh-login';

/** The lock may be waited for through a whole lease, and then there is the refresh itself. */
const PATIENCE_MS = 90_000;

export interface AsideOptions extends RefreshOnceOptions {
  readonly choice: LoginStores['choice'];
}

/** As `refreshOnce`; in this process where there can be no other, and for logins that only this one has. */
export async function refreshAside({ choice, ...options }: AsideOptions): Promise<RefreshOutcome> {
  const { host, store, key, provider, stale, scope } = options;
  if (choice === 'none' || host.runAside === undefined) return refreshOnce(options);
  const request: Request = { provider: written(provider), choice, stale: stale?.reveal(), scope };
  const run = await host.runAside({
    words: [REFRESH_COMMAND],
    input: JSON.stringify(request),
    timeoutMs: PATIENCE_MS,
  });
  if (run.kind === 'late') throw new McpgwError('TIMEOUT', 'the login could not be refreshed in time');
  // If it has refreshed all the same, that is found in the store.
  if (run.kind === 'not-started') return refreshOnce(options);
  const answer = JSON.parse(run.stdout) as Answer; // written by `answerRefresh`
  if (answer.kind === 'failed') {
    const { code, message, hint, details } = answer;
    throw new McpgwError(code, message, { ...(hint !== undefined && { hint }), details });
  }
  if (answer.kind !== 'ready') return answer;
  const stored = await store.read(key);
  return stored === undefined
    ? { kind: 'login-required', why: 'logged-out' }
    : { kind: 'ready', credential: stored.credential };
}

interface Request {
  readonly provider: WrittenServer;
  readonly choice: LoginStores['choice'];
  /** The access token that is no longer good enough. */
  readonly stale: string | undefined;
  readonly scope: string | undefined;
}

type Answer =
  | Exclude<RefreshOutcome, { readonly kind: 'ready' }>
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint?: string;
      readonly details: McpgwError['details'];
    };

export interface AnswerOptions {
  readonly input: string;
  readonly host: Host;
  readonly log: Log;
  readonly open: (choice: LoginStores['choice']) => CredentialStore;
}

/** What the other process does: what it prints holds no token. */
export async function answerRefresh({ input, host, log, open }: AnswerOptions): Promise<string> {
  const { provider: text, choice, stale, scope } = JSON.parse(input) as Request; // written by `refreshAside`
  const provider = read(text);
  const key = loginKey(provider);
  let answer: Answer;
  try {
    const outcome = await refreshOnce({ provider, store: open(choice), host, log, key, stale: secretOf(stale), scope });
    answer = outcome.kind === 'ready' ? { kind: 'ready' } : outcome;
  } catch (error) {
    if (!(error instanceof McpgwError)) throw error;
    const { code, message, hint, details } = error;
    answer = { kind: 'failed', code, message, details, ...(hint !== undefined && { hint }) };
  }
  return JSON.stringify(answer);
}

/** With its secrets, for a pipe that nobody else reads. */
interface WrittenServer extends Omit<KnownServer, 'clientSecret' | 'clientAssertion'> {
  readonly clientSecret: string | undefined;
  readonly clientAssertion: { readonly key: string; readonly alg?: string; readonly kid?: string } | undefined;
}

function written({ clientSecret, clientAssertion: assertion, ...server }: KnownServer): WrittenServer {
  return {
    ...server,
    clientSecret: clientSecret?.reveal(),
    clientAssertion: assertion && {
      key: assertion.key.reveal(),
      ...(assertion.alg !== undefined && { alg: assertion.alg }),
      ...(assertion.kid !== undefined && { kid: assertion.kid }),
    },
  };
}

function read({ clientSecret, clientAssertion: assertion, ...server }: WrittenServer): KnownServer {
  return {
    ...server,
    clientSecret: secretOf(clientSecret),
    clientAssertion: assertion && { key: new Secret(assertion.key), alg: assertion.alg, kid: assertion.kid },
  };
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}
