// What a login of the caller needs of its identity provider's metadata, by the rules of the login itself: its endpoints,
// PKCE with S256, and the keys of ID tokens. What the configuration states overrides it, each member on its own.
import type { LintFinding } from '../../../config/lint.js';
import { elementsOf, hasMember, memberOf } from '../../../config/raw-value.js';
import { fetchableUrl, shownOrigin } from '../../../net/fetchable-url.js';
import type { Metadata } from '../exchange/discovery.js';
import { namedUrl } from '../../../net/named-url.js';
import { notAsked, onlineFinding } from '../online-finding.js';
import { keptBack, memberText, settingOfServer, type ServerSubject } from '../server-settings.js';
import type { NamedIssuer } from './issuer-settings.js';
import { ANY_ALGORITHM, remoteKeyFindings } from './keys.js';

export interface IssuerDocument {
  readonly issuer: NamedIssuer;
  /** It names the issuer that it was asked for. */
  readonly metadata: Metadata;
}

const NEEDED = ['authorization_endpoint', 'token_endpoint'];
const USED = [...NEEDED, 'revocation_endpoint', 'jwks_uri'];

export async function loginFindings(document: IssuerDocument, subject: ServerSubject): Promise<readonly LintFinding[]> {
  return [
    ...endpointFindings(document, subject),
    ...pkceFindings(document, subject),
    ...(await discoveredKeyFindings(document, subject)),
  ];
}

/** Whether a login finds its way without a discovery document. */
export function statesLogin(subject: ServerSubject): boolean {
  return NEEDED.every((endpoint) => isStated(subject, endpoint));
}

/** The keys of ID tokens, where the configuration says itself where they are. */
export async function statedKeyFindings(subject: ServerSubject): Promise<readonly LintFinding[]> {
  const uri = memberText(subject, 'external_auth_config', 'jwks_uri');
  if (uri === undefined) return [];
  if (uri.staysHere !== undefined) return [keptBack(uri)];
  if (isJwksUri(subject, uri.text)) return [];
  const { text: url, path } = uri;
  return remoteKeyFindings({ network: subject.network, url, path, name: '`jwks_uri`', algorithms: ANY_ALGORITHM });
}

export function isSameUrl(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
}

function endpointFindings({ issuer, metadata }: IssuerDocument, subject: ServerSubject): readonly LintFinding[] {
  const { path } = issuer;
  const origin = shownOrigin(new URL(issuer.text));
  return USED.filter((endpoint) => !isStated(subject, endpoint)).flatMap((endpoint) => {
    const url = memberOf(metadata, endpoint) ?? undefined;
    if (url === undefined) {
      if (!NEEDED.includes(endpoint)) return [];
      const message = `the discovery document of ${origin} has no \`${endpoint}\`, which a login needs`;
      return [onlineFinding('MCPGW203', { path, message })];
    }
    if (typeof url === 'string' && fetchableUrl(url) !== undefined) return [];
    const message = `the discovery document of ${origin} has a \`${endpoint}\` that is no https URL`;
    return [onlineFinding('MCPGW212', { path, message })];
  });
}

/** Some large providers publish no list at all; one without S256 is a refusal. */
function pkceFindings({ issuer, metadata }: IssuerDocument, subject: ServerSubject): readonly LintFinding[] {
  const methods = memberOf(metadata, 'code_challenge_methods_supported') ?? undefined;
  const isRefused = methods !== undefined && !elementsOf(methods).includes('S256');
  if (!isRefused || isStated(subject, 'code_challenge_methods_supported')) return [];
  const origin = shownOrigin(new URL(issuer.text));
  const message = `the identity provider ${origin} does not list S256 among the PKCE methods that it supports`;
  return [onlineFinding('MCPGW208', { path: issuer.path, message })];
}

async function discoveredKeyFindings(
  { issuer, metadata }: IssuerDocument,
  subject: ServerSubject,
): Promise<readonly LintFinding[]> {
  const named = memberOf(metadata, 'jwks_uri');
  if (isStated(subject, 'jwks_uri') || typeof named !== 'string' || isJwksUri(subject, named)) return [];
  // No https URL: endpointFindings has said so.
  if (fetchableUrl(named) === undefined) return [];
  const { path } = issuer;
  const by = new URL(issuer.text);
  const address = namedUrl(named, by);
  const name = `the \`jwks_uri\` in the discovery document of ${shownOrigin(by)}`;
  switch (address.kind) {
    case 'asked': {
      const { href: url } = address.url;
      return remoteKeyFindings({ network: subject.network, url, path, name, algorithms: ANY_ALGORITHM });
    }
    case 'kept':
      return [notAsked({ path, name, why: address.why })];
    case 'unusable':
      return [onlineFinding('MCPGW212', { path, message: `${name} can never be used` })];
  }
}

function isStated(subject: ServerSubject, member: string): boolean {
  return hasMember(settingOfServer(subject, 'external_auth_config')?.value, member);
}

/** The keys of access tokens, which checkKeys looks at. */
function isJwksUri(subject: ServerSubject, url: string): boolean {
  const uri = memberText(subject, 'jwt_validation', 'jwksUri');
  return uri !== undefined && isSameUrl(uri.text, url);
}
