// Who is calling? Finds the caller's token where a stdio session can have one and has it judged: the first that is
// present counts, with no fallback when it is bad (spec: serve, "Policy on every message").
import type { CallerVerdict } from '../policy/decide.js';
import { canonicalName } from '../policy/headers/header-name.js';
import type { HeaderField, ServerPolicy } from '../policy/model.js';
import type { Claims, TokenVerdict } from '../policy/principal.js';
import { ruleName } from '../policy/rule-name.js';
import { reveal, Secret } from '../secret/secret.js';

/** `jwt_validation`, as the command that starts the gateway passes it in. */
export interface VerifyToken {
  /** The value of the `headerKey` header, scheme and all. */
  readonly header: (value: string) => Promise<TokenVerdict>;
  /** A bare token. */
  readonly token: (token: Secret) => Promise<TokenVerdict>;
}

/** The stored identity login, as the command passes it in. `isAwaited`: the host waits for the answer. */
export type AccessTokenSource = (isAwaited: boolean) => Promise<
  | {
      readonly kind: 'ready';
      readonly token: Secret;
      readonly claims?: Claims | undefined;
      readonly expiresAtMs?: number | undefined;
    }
  | { readonly kind: 'login-required'; readonly message: string; readonly command: string }
>;

/** `--token-file` and `--token-env`. */
export interface ConfiguredToken {
  readonly current: () => Secret;
  /** A newer one than the token that was rejected; undefined when the source has none. */
  readonly renewed: (rejected: Secret) => Promise<Secret | undefined>;
}

export interface CallerSources {
  readonly server: Pick<ServerPolicy, 'tokenRules'>;
  /** Undefined exactly when the server has no `jwt_validation`. */
  readonly verify: VerifyToken | undefined;
  readonly configuredToken: ConfiguredToken | undefined;
  readonly identityLogin: AccessTokenSource | undefined;
}

/** Never throws for a bad token; network trouble of the identity login surfaces as `undecided`. */
export async function judgeCaller(
  sources: CallerSources,
  client: readonly HeaderField[],
  isAwaited = false,
): Promise<CallerVerdict> {
  const header = tokenHeader(client, sources.server.tokenRules?.headerKey ?? 'Authorization');
  if (header !== undefined) {
    return sources.verify === undefined ? unverified(header) : sources.verify.header(header);
  }
  if (sources.configuredToken !== undefined) return judgeConfigured(sources.configuredToken, sources.verify);
  if (sources.identityLogin !== undefined) {
    const stored = await sources.identityLogin(isAwaited);
    return judgeLogin(stored, sources.verify);
  }
  const rules = sources.server.tokenRules;
  if (rules === undefined) return { verdict: 'accepted', principal: { kind: 'anonymous' } };
  return {
    verdict: 'rejected',
    reason: 'MISSING_TOKEN',
    message: `Missing ${rules.headerKey} header`,
    details: [],
    rule: ruleName.check('token'),
  };
}

/** Whether the caller's token is one that the headers carry: then no other source is asked. */
export function carriesToken(client: readonly HeaderField[], { tokenRules }: CallerSources['server']): boolean {
  return tokenHeader(client, tokenRules?.headerKey ?? 'Authorization') !== undefined;
}

function tokenHeader(client: readonly HeaderField[], headerKey: string): string | undefined {
  const wanted = canonicalName(headerKey);
  const header = client.findLast(({ name }) => name.length === wanted.length && canonicalName(name) === wanted);
  return header === undefined ? undefined : reveal(header.value);
}

/** Nobody asks for a check: a bearer token may still be passed on by the `bearer` method, other schemes say nothing. */
function unverified(header: string): CallerVerdict {
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  return {
    verdict: 'accepted',
    principal: token === undefined ? { kind: 'anonymous' } : { kind: 'unverified', token: new Secret(token) },
  };
}

async function judgeConfigured(source: ConfiguredToken, verify: VerifyToken | undefined): Promise<CallerVerdict> {
  const token = source.current();
  if (verify === undefined) return { verdict: 'accepted', principal: { kind: 'unverified', token } };
  const verdict = await verify.token(token);
  if (verdict.verdict !== 'rejected') return verdict;
  // Whoever writes the file may have renewed the token since.
  const renewed = await source.renewed(token);
  return renewed === undefined ? verdict : verify.token(renewed);
}

async function judgeLogin(
  stored: Awaited<ReturnType<AccessTokenSource>>,
  verify: VerifyToken | undefined,
): Promise<CallerVerdict> {
  if (stored.kind === 'login-required') {
    return { verdict: 'login-required', message: stored.message, login: stored.command };
  }
  if (verify !== undefined) return verify.token(stored.token);
  return {
    verdict: 'accepted',
    principal:
      stored.claims === undefined
        ? { kind: 'unverified', token: stored.token }
        : { kind: 'login', token: stored.token, claims: stored.claims, expiresAtMs: stored.expiresAtMs },
  };
}
