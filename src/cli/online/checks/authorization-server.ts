// The authorization servers of an upstream: the one that the configuration states, else those that the upstream's
// metadata names, which are a stranger's word. Each must name itself as its issuer and, for a person's login, list S256.
import type { LintFinding } from '../../../config/lint.js';
import type { Path } from '../../../config/path.js';
import { elementsOf, memberOf } from '../../../config/raw-value.js';
import { shownOrigin } from '../../../net/fetchable-url.js';
import { discover } from '../exchange/discovery.js';
import { namedUrl } from '../../../net/named-url.js';
import { notAsked, onlineFinding } from '../online-finding.js';
import { keptBack, type PlacedText, type ServerSubject } from '../server-settings.js';
import { namesIssuer } from './issuer-names.js';

export interface AuthorizationServers {
  readonly subject: ServerSubject;
  /** Of the upstream's `url`. */
  readonly path: Path;
  /** `oauth_metadata.issuer`. */
  readonly stated: PlacedText | undefined;
  /** `authorization_servers`, whatever they are, and where they were named. */
  readonly named: { readonly servers: unknown; readonly by: URL } | undefined;
  readonly needsPkce: boolean;
  /** The upstream's origin, for messages. */
  readonly upstream: string;
}

const MOST_SERVERS = 3;

export async function checkAuthorizationServers(wanted: AuthorizationServers): Promise<readonly LintFinding[]> {
  const { path, stated, named, upstream } = wanted;
  if (stated !== undefined) {
    if (stated.staysHere !== undefined) return [keptBack(stated)];
    return serverFindings({ ...wanted, path: stated.path, issuer: stated.text });
  }
  if (named === undefined) return [];
  const servers = [...new Set(elementsOf(named.servers))];
  if (servers.length === 0) {
    const message = `the protected-resource metadata of the upstream ${upstream} names no authorization server`;
    return [onlineFinding('MCPGW203', { path, message })];
  }
  const found = await Promise.all(
    servers.slice(0, MOST_SERVERS).map(async (server) => {
      const address = namedUrl(server, named.by);
      // The issuer as it was named: a URL's own spelling may have a slash more.
      if (address.kind === 'asked') return serverFindings({ ...wanted, issuer: String(server) });
      const name = `the address of an authorization server that the upstream ${upstream} names`;
      if (address.kind === 'kept') return [notAsked({ path, name, why: address.why })];
      return [onlineFinding('MCPGW212', { path, message: `${name} can never be used` })];
    }),
  );
  if (servers.length <= MOST_SERVERS) return found.flat();
  const message = `the upstream ${upstream} names more than ${MOST_SERVERS} authorization servers: the others were not asked`;
  return [
    ...found.flat(),
    onlineFinding('MCPGW202', { path, message, help: 'nothing, when one of those asked is used' }),
  ];
}

async function serverFindings({
  subject,
  path,
  issuer,
  needsPkce,
}: AuthorizationServers & { readonly issuer: string }): Promise<readonly LintFinding[]> {
  const origin = shownOrigin(new URL(issuer));
  const found = await discover({ network: subject.network, issuer, order: 'upstream' });
  if (found.kind === 'undecided') {
    const message = `the metadata of the authorization server ${origin} could not be read: ${found.message}`;
    return [onlineFinding('MCPGW201', { path, message })];
  }
  if (found.kind === 'absent') {
    const message = `the authorization server ${origin} has no metadata: ${found.message}`;
    return [onlineFinding('MCPGW203', { path, message })];
  }
  if (!namesIssuer(memberOf(found.metadata, 'issuer'), issuer)) {
    const message = `the metadata of the authorization server ${origin} names another issuer`;
    return [onlineFinding('MCPGW206', { path, message })];
  }
  const methods = elementsOf(memberOf(found.metadata, 'code_challenge_methods_supported'));
  if (!needsPkce || methods.includes('S256')) return [];
  const message = `the authorization server ${origin} does not list S256 among the PKCE methods that it supports`;
  return [onlineFinding('MCPGW208', { path, message })];
}
