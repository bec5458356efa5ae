// Whose discovery documents matter to a server: that of the identity provider where callers log in, else those of the
// issuers that the `iss` rule accepts. Endpoints stated in full need none (spec: login, "Finding and registering").
import type { LintFinding } from '../../../config/lint.js';
import type { Path } from '../../../config/path.js';
import { elementsOf, hasMember, memberOf } from '../../../config/raw-value.js';
import { fetchableUrl } from '../../../net/fetchable-url.js';
import { onlineFinding } from '../online-finding.js';
import {
  keptBack,
  memberText,
  placedText,
  settingOfServer,
  type PlacedText,
  type ServerSubject,
} from '../server-settings.js';

export interface NamedIssuer extends PlacedText {
  /** A login of the caller goes there. False: tokens of that issuer are accepted, and that is all. */
  readonly isLogin: boolean;
}

export interface IssuerSettings {
  readonly asked: readonly NamedIssuer[];
  /** Why others are not. */
  readonly notes: readonly LintFinding[];
}

const MOST_ISSUERS = 3;

export function issuersOf(subject: ServerSubject): IssuerSettings {
  const named = namedIssuers(subject);
  const asked: NamedIssuer[] = [];
  const notes: LintFinding[] = [];
  for (const issuer of named) {
    const { path } = issuer;
    if (issuer.staysHere !== undefined) notes.push(keptBack(issuer));
    else if (fetchableUrl(issuer.text) === undefined) {
      const message = 'this issuer is no https URL, so it has no discovery document that could be checked';
      notes.push(onlineFinding('MCPGW202', { path, message, help: 'compare it with the issuer of a real token' }));
    } else if (asked.length < MOST_ISSUERS) asked.push(issuer);
    else {
      const message = `${MOST_ISSUERS} other issuers were asked for their discovery documents, and this one was not`;
      const help = 'a configuration with fewer issuers has each of them asked';
      notes.push(onlineFinding('MCPGW202', { path, message, help }));
    }
  }
  return { asked, notes };
}

export interface IssuerRule {
  /** Of its values. */
  readonly path: Path;
  /** Patterns are not issuers. */
  readonly isPattern: boolean;
  readonly values: readonly PlacedText[];
}

/** The `iss` rule of a server, as the document has it. */
export function issuerRule(subject: ServerSubject): IssuerRule | undefined {
  const rules = settingOfServer(subject, 'jwt_validation');
  const rule = memberOf(memberOf(rules?.value, 'claimValues'), 'iss');
  if (rules === undefined || rule === undefined) return undefined;
  const path: Path = [...rules.path, 'claimValues', 'iss', 'values'];
  const values = memberOf(rule, 'values');
  const placed = Array.isArray(values)
    ? elementsOf(values).map((value, index) => placedText(subject, value, [...path, index]))
    : [placedText(subject, values, path)];
  return {
    path,
    isPattern: memberOf(rule, 'matchType') === 'regex',
    values: placed.filter((text) => text !== undefined),
  };
}

function namedIssuers(subject: ServerSubject): readonly NamedIssuer[] {
  const provider = settingOfServer(subject, 'external_auth_config');
  const states = (member: string): boolean => hasMember(provider?.value, member);
  if (states('authorization_endpoint') && states('token_endpoint') && states('jwks_uri')) return [];
  const stated = memberText(subject, 'external_auth_config', 'issuer');
  if (stated !== undefined) return [{ ...stated, isLogin: true }];
  // Without an issuer of its own, a provider is found by an exact rule (config/normalize/identity-provider.ts).
  const isLogin = subject.policy.identityProvider?.issuer !== undefined;
  const rule = issuerRule(subject);
  return rule === undefined || rule.isPattern ? [] : rule.values.map((issuer) => ({ ...issuer, isLogin }));
}
