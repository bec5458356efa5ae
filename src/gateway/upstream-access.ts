// What authenticates the gateway itself at an upstream and changes with time: the token of a login, or the headers of a
// helper. When the upstream refuses it, the request goes once more with a newer one: what was refused has not run.
import { McpgwError } from '../errors.js';
import { canonicalName } from '../policy/headers/header-name.js';
import type { HeaderField } from '../policy/model.js';
import { reveal } from '../secret/secret.js';
import { INTERNAL_ERROR, loginRequired, type RpcError } from './json-rpc.js';
import { endedExchange, resent } from './resent.js';
import type { AnswerHead, Exchange } from './streamable-http.js';

export interface UpstreamAccess {
  readonly headers: readonly HeaderField[];
}

/** A person has to log in first. */
export interface LoginNeeded {
  readonly kind: 'login-required';
  readonly message: string;
  /** What to run. */
  readonly command: string;
}

export interface AccessRefusal {
  readonly status: number;
  /** `WWW-Authenticate`. */
  readonly challenge: string | undefined;
  /** What was refused; undefined: nothing was sent. */
  readonly used: UpstreamAccess | undefined;
  /** Of this request: 1 is the first. */
  readonly attempt: number;
  /** The host waits for this request: a person may be asked for its sake. */
  readonly isAwaited: boolean;
}

/** Both throw McpgwError when they fail. */
export interface UpstreamAccessSource {
  /** What to send now, the same object as long as nothing changes; undefined: nothing, and the upstream says what it wants. */
  readonly current: () => Promise<UpstreamAccess | undefined>;
  /** What to send instead; undefined: the refusal is about something else. */
  readonly renew: (refusal: AccessRefusal) => Promise<UpstreamAccess | LoginNeeded | undefined>;
  /** The upstream has taken it. */
  readonly accepted?: (used: UpstreamAccess) => void;
}

/** The headers of one request as the policy gives them, and which access is among them. */
export interface PolicyHeaders {
  /** Names and values in turn, as the wire takes them. */
  readonly list: readonly string[];
  readonly access: UpstreamAccess | undefined;
}

export interface AuthorizedExchange {
  readonly policy: PolicyHeaders;
  readonly source: UpstreamAccessSource;
  /** The upstream's name. */
  readonly server: string;
  readonly isAwaited: boolean;
  readonly isOpen: (() => boolean) | undefined;
  readonly onWaiting: ((work: Promise<unknown>) => void) | undefined;
  readonly onHead: ((head: AnswerHead) => void) | undefined;
  readonly send: (policyHeaders: readonly string[], onHead: (head: AnswerHead) => void) => Exchange;
}

/** A request is sent this often at most. */
const ATTEMPTS = 4;

export function authorizedExchange(options: AuthorizedExchange): Exchange {
  const { policy, source, server, isAwaited, isOpen, onWaiting, onHead, send } = options;
  let { list, access: used } = policy;
  let attempt = 1;
  let isAborted = false;
  const attempted = (): Exchange => {
    const sent = used;
    return send(list, (head) => {
      if (isRefusal(head)) return;
      if (sent !== undefined && head.status < 400) source.accepted?.(sent);
      onHead?.(head);
    });
  };
  const renew = async ({ status, wwwAuthenticate: challenge }: AnswerHead): Promise<Exchange | undefined> => {
    const renewing = source.renew({ status, challenge, used, attempt, isAwaited });
    onWaiting?.(renewing);
    const renewed = await renewing;
    // Cancelled meanwhile: what has not run does not run any more.
    if (isAborted || isOpen?.() === false) return endedExchange({ kind: 'aborted' });
    if (renewed === undefined) return undefined;
    if ('kind' in renewed) return endedExchange({ kind: 'withheld', error: loginRequired(renewed) });
    const next = withAccess(list, used, renewed);
    if (next.every((text, index) => text === list[index]) && next.length === list.length) return undefined;
    [list, used] = [next, renewed];
    attempt++;
    return attempted();
  };
  const whole = resent(attempted(), (ended) => {
    if (ended.kind !== 'refused' || !isRefusal(ended.head) || attempt === ATTEMPTS) return undefined;
    // What was refused is not what could be renewed: a header that the policy gives another value.
    if (!isSent(list, used)) return undefined;
    return renew(ended.head).catch((error: unknown) =>
      endedExchange({ kind: 'withheld', error: notRenewed(server, error) }),
    );
  });
  return {
    end: whole.end,
    abort: () => {
      isAborted = true;
      whole.abort();
    },
  };
}

/** 403 is the policy of the upstream, unless it says that another token would do (RFC 6750 section 3.1). */
function isRefusal({ status, wwwAuthenticate }: AnswerHead): boolean {
  return status === 401 || (status === 403 && /\binsufficient_scope\b/.test(wwwAuthenticate ?? ''));
}

/** Whether the access is what the upstream has seen; of none, whether nothing else stood in its place. */
function isSent(list: readonly string[], used: UpstreamAccess | undefined): boolean {
  if (used === undefined)
    return !list.some((text, index) => index % 2 === 0 && canonicalName(text) === 'authorization');
  return withAccess(list, used, { headers: [] }).length < list.length;
}

/** The list with one access in the place of another: where the policy gave a name to something else, that stays. */
function withAccess(
  list: readonly string[],
  before: UpstreamAccess | undefined,
  after: UpstreamAccess,
): readonly string[] {
  const old = new Map(before?.headers.map(({ name, value }) => [canonicalName(name), reveal(value)]));
  const left: string[] = [];
  for (let index = 0; index < list.length; index += 2) {
    const [name = '', value = ''] = [list[index], list[index + 1]];
    if (old.get(canonicalName(name)) !== value) left.push(name, value);
  }
  const taken = new Set(left.filter((_text, index) => index % 2 === 0).map(canonicalName));
  const added = after.headers.filter(({ name }) => !taken.has(canonicalName(name)));
  return [...left, ...added.flatMap(({ name, value }) => [name, reveal(value)])];
}

function notRenewed(server: string, error: unknown): RpcError {
  const why = error instanceof McpgwError ? error.message : 'an unexpected error';
  return {
    code: INTERNAL_ERROR,
    message: `the access to the upstream ${server} could not be renewed: ${why}`,
    data: { server, reason: 'access', retryable: error instanceof McpgwError && RETRYABLE.has(error.code) },
  };
}

const RETRYABLE: ReadonlySet<string> = new Set(['NETWORK', 'TIMEOUT', 'IO']);
