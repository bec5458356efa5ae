// An inspection as a list of every check with its outcome, for people and for `verify-token --json`.
import { shownOrigin } from '../net/fetchable-url.js';
import { TOKEN_CHECKS, type TokenCheckName } from '../policy/failed-check.js';
import type { TokenRules } from '../policy/model.js';
import type { Claims, TokenVerdict } from '../policy/principal.js';
import type { Inspection } from './inspection.js';
import type { ConsideredKey } from './jws/considered-keys.js';
import type { JsonObject } from './strict-json.js';

export interface TokenCheck {
  readonly name: TokenCheckName;
  readonly outcome: 'pass' | 'fail' | 'skipped';
  /** Why it failed or was skipped. */
  readonly reason?: string;
}

export interface TokenReport {
  readonly verdict: TokenVerdict;
  /** All of TOKEN_CHECKS, in their order. */
  readonly checks: readonly TokenCheck[];
  /** Decoded, not verified by itself; undefined when the token could not be decoded, and for introspection. */
  readonly header: JsonObject | undefined;
  /** Undefined unless a key or the identity provider vouched for them. */
  readonly claims: Claims | undefined;
  /** Every key of the source that was looked at; empty when none had to be. */
  readonly keys: readonly ConsideredKey[];
  /** How the identity provider is asked, where it is. */
  readonly introspection: IntrospectionReport | undefined;
}

export interface IntrospectionReport {
  /** Of the endpoint. */
  readonly origin: string;
  readonly contentType: string;
  /** HTTP Basic; an id in the body; nothing. */
  readonly clientAuthentication: 'basic' | 'client_id' | 'none';
  /** False: the token was refused unsent. */
  readonly asked: boolean;
}

export interface ReportInput {
  readonly inspection: Inspection;
  readonly rules: TokenRules;
  readonly verdict: TokenVerdict;
}

export function reportOf({ inspection, rules, verdict }: ReportInput): TokenReport {
  const { decoded, claims, considered } = inspection;
  return {
    verdict,
    checks: TOKEN_CHECKS.map((name) => checkOf(name, inspection, rules)),
    header: decoded?.header,
    claims,
    keys: considered?.() ?? [],
    introspection: introspectionOf(inspection, rules),
  };
}

function introspectionOf({ notReached }: Inspection, { source }: TokenRules): IntrospectionReport | undefined {
  if (source.kind !== 'introspection') return undefined;
  const { url, clientId, clientSecret, contentType } = source;
  const withId = clientSecret === undefined ? 'client_id' : 'basic';
  return {
    origin: shownOrigin(new URL(url)),
    contentType,
    clientAuthentication: clientId === undefined ? 'none' : withId,
    asked: notReached !== 'size' && notReached !== 'format',
  };
}

function checkOf(name: TokenCheckName, inspection: Inspection, rules: TokenRules): TokenCheck {
  const failed = inspection.failures.filter((failure) => failure.check === name);
  if (failed.length > 0) {
    return { name, outcome: 'fail', reason: failed.flatMap((failure) => failure.details).join('; ') };
  }
  const other = ofOtherMethod(name, rules);
  if (other !== undefined) return { name, outcome: 'skipped', reason: other };
  const { notReached, undecided } = inspection;
  if (notReached !== undefined && TOKEN_CHECKS.indexOf(name) >= TOKEN_CHECKS.indexOf(notReached)) {
    const reason = undecided === undefined ? 'the token was refused before' : `could not be decided: ${undecided}`;
    return { name, outcome: 'skipped', reason };
  }
  const nothing = nothingToCheck(name, inspection, rules);
  return nothing === undefined ? { name, outcome: 'pass' } : { name, outcome: 'skipped', reason: nothing };
}

/** What only a token has that is judged by its signature. */
const OF_SIGNED_TOKENS: ReadonlySet<TokenCheckName> = new Set([
  'algorithm',
  'header',
  'type',
  'key',
  'signature',
  'header-payload-match',
  'typ',
]);

/** Why a check is none of the configured method of verification. */
function ofOtherMethod(name: TokenCheckName, { source }: TokenRules): string | undefined {
  if (source.kind !== 'introspection') {
    return name === 'introspection' ? 'introspectEndpoint is not configured' : undefined;
  }
  return OF_SIGNED_TOKENS.has(name) ? 'the identity provider is asked instead (introspectEndpoint)' : undefined;
}

/** Why a check that was reached has nothing to say. */
function nothingToCheck(name: TokenCheckName, inspection: Inspection, rules: TokenRules): string | undefined {
  const said = inspection.claims ?? inspection.decoded?.payload;
  const has = (claim: string): boolean => said !== undefined && Object.hasOwn(said, claim);
  const idle: Partial<Record<TokenCheckName, string | false>> = {
    expiry: !has('exp') && 'the token has no exp',
    'not-before': !has('nbf') && 'the token has no nbf',
    'token-age': rules.maxTokenAgeSeconds === undefined && 'maxTokenAge is not configured',
    'required-claims': rules.requiredClaims.length === 0 && 'requiredClaims is not configured',
    'claim-values': rules.claimRules.length === 0 && 'claimValues is not configured',
    'header-payload-match': rules.headerPayloadMatch.length === 0 && 'headerPayloadMatch is not configured',
    typ: rules.typ === undefined && 'typ is not configured',
  };
  return idle[name] || undefined;
}
