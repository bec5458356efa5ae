// The protected-resource metadata of an upstream (RFC 9728): where its challenge says, then its well-known places. It
// must be about the upstream's URL before anything else of it is believed.
import type { LintFinding } from '../../../config/lint.js';
import type { Path } from '../../../config/path.js';
import { hasMember, memberOf } from '../../../config/raw-value.js';
import { couldNotBeDecided } from '../exchange/discovery.js';
import { namedUrl } from '../../../net/named-url.js';
import { fetchableUrl, shownOrigin } from '../../../net/fetchable-url.js';
import { resourceCovers, resourceMetadataPlaces } from '../../../oauth/upstream/resource.js';
import { notAsked, onlineFinding } from '../online-finding.js';
import { memberText, settingOfServer, type ServerSubject } from '../server-settings.js';
import { checkAuthorizationServers } from './authorization-server.js';

export interface ResourceQuestion {
  readonly subject: ServerSubject;
  /** The upstream's. */
  readonly url: URL;
  /** Of the upstream's `url`: everything is reported there. */
  readonly path: Path;
  /** `resource_metadata` of its 401, as it came. */
  readonly challenged: string | undefined;
  /** Without metadata there is no login; false: the upstream may well need none. */
  readonly isNeeded: boolean;
  /** A person logs in, with PKCE. */
  readonly hasBrowser: boolean;
}

export async function checkResource(question: ResourceQuestion): Promise<readonly LintFinding[]> {
  const { subject, url, path, hasBrowser } = question;
  const stated = (member: string): boolean => hasMember(settingOfServer(subject, 'oauth_metadata')?.value, member);
  const hasEndpoints = stated('token_endpoint') && (stated('authorization_endpoint') || !hasBrowser);
  const issuer = memberText(subject, 'oauth_metadata', 'issuer');
  const { metadata, findings } = await findResource(question, { isOptional: hasEndpoints || issuer !== undefined });
  if (metadata !== undefined && !stated('resource')) {
    const wrong = resourceFindings(memberOf(metadata.body, 'resource'), question);
    if (wrong.length > 0) return [...findings, ...wrong];
  }
  if (hasEndpoints) return findings;
  const servers = await checkAuthorizationServers({
    subject,
    path,
    stated: issuer,
    named: metadata && { servers: memberOf(metadata.body, 'authorization_servers'), by: metadata.url },
    needsPkce: hasBrowser && !stated('code_challenge_methods_supported'),
    upstream: shownOrigin(url),
  });
  return [...findings, ...servers];
}

interface FoundResource {
  readonly metadata: { readonly body: unknown; readonly url: URL } | undefined;
  readonly findings: readonly LintFinding[];
}

async function findResource(
  question: ResourceQuestion,
  { isOptional }: { readonly isOptional: boolean },
): Promise<FoundResource> {
  const { subject, url, path, challenged, isNeeded } = question;
  const address = challenged === undefined ? undefined : namedUrl(challenged, url);
  const findings: LintFinding[] = [];
  const name = `the resource metadata address that the upstream ${shownOrigin(url)} names`;
  // The well-known places are for upstreams that name none: what stands there would not be what a login reads.
  if (address?.kind === 'kept') return { metadata: undefined, findings: [notAsked({ path, name, why: address.why })] };
  if (address?.kind === 'unusable')
    findings.push(onlineFinding('MCPGW212', { path, message: `${name} can never be used` }));
  const failures: { readonly isUndecided: boolean; readonly message: string }[] = [];
  for (const place of placesOf(question, address?.kind === 'asked' ? address.url : undefined)) {
    const answer = await subject.network.document(place);
    if (answer.ok) return { metadata: { body: answer.body, url: new URL(place) }, findings };
    failures.push({ isUndecided: couldNotBeDecided(answer), message: answer.message });
  }
  if (!isNeeded || isOptional) return { metadata: undefined, findings };
  const failure = failures.find(({ isUndecided }) => isUndecided) ?? failures[0];
  const why = failure?.message ?? 'it has no address that may be asked';
  const message = `the upstream's protected-resource metadata, which a login needs, could not be read: ${why}`;
  findings.push(
    failure?.isUndecided === true
      ? onlineFinding('MCPGW201', { path, message })
      : // Some older upstreams have none, and are their own authorization server.
        onlineFinding('MCPGW203', { path, severity: 'warning', message }),
  );
  return { metadata: undefined, findings };
}

/**
 * A plain http upstream beyond this machine (`allow_insecure_http`) has no place that may be asked. What the root of the
 * origin says is only for an upstream that wants a login: one that wants none may have a neighbour who does.
 */
function placesOf({ url, isNeeded }: ResourceQuestion, named: URL | undefined): readonly string[] {
  const [own, root] = resourceMetadataPlaces(url);
  const places = isNeeded ? [own, root] : [own];
  return [...new Set([...(named === undefined ? [] : [named.href]), ...places.filter((place) => fetchableUrl(place))])];
}

function resourceFindings(resource: unknown, { url, path }: ResourceQuestion): readonly LintFinding[] {
  const origin = shownOrigin(url);
  if (typeof resource !== 'string' || !URL.canParse(resource)) {
    const message = `the protected-resource metadata of the upstream ${origin} does not say which resource it is about`;
    return [onlineFinding('MCPGW203', { path, message })];
  }
  if (resourceCovers(new URL(resource), url)) return [];
  const message = `the protected-resource metadata of the upstream ${origin} is about another resource than \`url\``;
  return [onlineFinding('MCPGW211', { path, message })];
}
