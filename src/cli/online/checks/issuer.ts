// The discovery documents of a server's issuers, against what the configuration says of them: the issuer itself, the
// `iss` rule, and where the keys are. What a login needs of them is in login-metadata.ts.
import type { LintFinding } from '../../../config/lint.js';
import { memberOf } from '../../../config/raw-value.js';
import { shownOrigin } from '../../../net/fetchable-url.js';
import { satisfiesRule } from '../../../policy/claim-match.js';
import { discover, type Metadata } from '../exchange/discovery.js';
import { onlineFinding } from '../online-finding.js';
import { memberText, type ServerSubject } from '../server-settings.js';
import { holdSameKeys, mayBearAcceptedName, namesIssuer, slashHelp } from './issuer-names.js';
import { issuerRule, issuersOf, type NamedIssuer } from './issuer-settings.js';
import { isSameUrl, loginFindings, statedKeyFindings, statesLogin, type IssuerDocument } from './login-metadata.js';

export async function checkIssuers(subject: ServerSubject): Promise<readonly LintFinding[]> {
  const { asked, notes } = issuersOf(subject);
  const looked = await Promise.all(asked.map((issuer) => lookAt(issuer, subject)));
  return [
    ...notes,
    ...looked.flatMap(({ findings }) => findings),
    // An issuer that was not asked may be the one whose keys these are.
    ...(notes.length === 0 ? keysElsewhere(looked, subject) : []),
    ...(await statedKeyFindings(subject)),
  ];
}

interface LookedAt {
  readonly findings: readonly LintFinding[];
  /** Undefined when there is none, or none that may be believed. */
  readonly metadata: Metadata | undefined;
}

async function lookAt(issuer: NamedIssuer, subject: ServerSubject): Promise<LookedAt> {
  const { path, text, isLogin } = issuer;
  const origin = shownOrigin(new URL(text));
  const found = await discover({ network: subject.network, issuer: text, order: 'identity' });
  if (found.kind === 'undecided') {
    const message = `the discovery document of ${origin} could not be read: ${found.message}`;
    return { findings: [onlineFinding('MCPGW201', { path, message })], metadata: undefined };
  }
  if (found.kind === 'absent') {
    const severity = isLogin && !statesLogin(subject) ? 'error' : 'warning';
    const message = `there is no discovery document at this issuer: ${found.message}`;
    return { findings: [onlineFinding('MCPGW203', { path, severity, message })], metadata: undefined };
  }
  const { metadata } = found;
  const named = memberOf(metadata, 'issuer');
  if (!namesIssuer(named, text)) {
    const message = `the discovery document of ${origin} names another issuer`;
    const help = slashHelp({ named, accepted: [text] });
    return { findings: [onlineFinding('MCPGW206', { path, message, help })], metadata: undefined };
  }
  const document = { issuer, metadata };
  return {
    findings: [...refusedIssuer(document, subject), ...(isLogin ? await loginFindings(document, subject) : [])],
    metadata,
  };
}

/** Tokens of the provider where callers log in must pass the `iss` rule. */
function refusedIssuer({ issuer, metadata }: IssuerDocument, subject: ServerSubject): readonly LintFinding[] {
  const stated = issuerRule(subject);
  const rule = subject.policy.tokenRules?.claimRules.find(({ claim }) => claim === 'iss');
  const named = memberOf(metadata, 'issuer');
  if (stated === undefined || rule === undefined || typeof named !== 'string') return [];
  if (stated.values.some(({ isUndetermined }) => isUndetermined) || satisfiesRule({ iss: named }, rule)) return [];
  const names = { named, accepted: stated.values.map(({ text }) => text) };
  if (mayBearAcceptedName(names)) return [];
  const origin = shownOrigin(new URL(issuer.text));
  const message = `the \`iss\` rule refuses the issuer that the discovery document of ${origin} names`;
  return [onlineFinding('MCPGW206', { path: stated.path, message, help: slashHelp(names) })];
}

/** The keys are those of no issuer that was found: said only when every one of them told where its keys are. */
function keysElsewhere(looked: readonly LookedAt[], subject: ServerSubject): readonly LintFinding[] {
  const uri = memberText(subject, 'jwt_validation', 'jwksUri');
  if (uri === undefined || uri.isUndetermined || looked.length === 0) return [];
  const named = looked.map(({ metadata }) => memberOf(metadata, 'jwks_uri'));
  if (named.some((url) => typeof url !== 'string' || !URL.canParse(url) || areSameKeys(url, uri.text))) return [];
  const message = '`jwksUri` is not where the discovery document says that the keys are';
  return [onlineFinding('MCPGW207', { path: uri.path, message })];
}

function areSameKeys(one: string, other: string): boolean {
  if (isSameUrl(one, other)) return true;
  return URL.canParse(one) && URL.canParse(other) && holdSameKeys(new URL(one), new URL(other));
}
