// When two names are the same issuer: character for character (RFC 8414 section 3.3), with the exceptions that a login
// makes, too (oauth/discover.ts), and what to say when they are not. Names from a network are compared, never shown.

const ENTRA = 'https://login.microsoftonline.com';
/** What Entra's tokens of version 1, the default of a new API, name as their issuer. */
const ENTRA_V1 = 'https://sts.windows.net/';

/** Whether the document of that issuer names it. Entra's multi-tenant documents name a template. */
export function namesIssuer(named: unknown, issuer: string): boolean {
  return named === issuer || (isTemplate(named) && new URL(issuer).origin === ENTRA);
}

export interface IssuerNames {
  /** By the discovery document. */
  readonly named: string;
  /** By the configuration. */
  readonly accepted: readonly string[];
}

/** Whether tokens of the named issuer may all the same bear an accepted name: then nothing can be said. */
export function mayBearAcceptedName({ named, accepted }: IssuerNames): boolean {
  if (isTemplate(named)) return true;
  return named.startsWith(`${ENTRA}/`) && accepted.some((name) => name.startsWith(ENTRA_V1));
}

const ENTRA_HOST = /^(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn|login\.windows\.net)$/;
const ENTRA_KEYS = /^\/([^/]+)\/discovery\/(?:v2\.0\/)?keys$/;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether two addresses hold the same keys though they differ: Entra publishes one set under every tenant, under
 * `common`, and for both versions. Two tenants are two all the same: one of them was probably not meant.
 */
export function holdSameKeys(one: URL, other: URL): boolean {
  const [first, second] = [entraTenant(one), entraTenant(other)];
  if (first === undefined || second === undefined || entraCloud(one) !== entraCloud(other)) return false;
  return first === second || !GUID.test(first) || !GUID.test(second);
}

/** As the address names it: its ID, one of its domains, or `common` and its like. */
function entraTenant({ protocol, host, pathname }: URL): string | undefined {
  if (protocol !== 'https:' || !ENTRA_HOST.test(host)) return undefined;
  return ENTRA_KEYS.exec(pathname.toLowerCase())?.[1];
}

/** `login.windows.net` is the older name of the public cloud. */
function entraCloud({ host }: URL): string {
  return host === 'login.windows.net' ? new URL(ENTRA).host : host;
}

export interface DifferingNames {
  /** Whatever the document has there. */
  readonly named: unknown;
  readonly accepted: readonly string[];
}

/** Undefined when the names differ in more than one slash. */
export function slashHelp({ named, accepted }: DifferingNames): string | undefined {
  if (typeof named !== 'string') return undefined;
  if (accepted.some((name) => named === `${name}/`)) return 'add a slash to its end: that is all that differs';
  return accepted.some((name) => name === `${named}/`)
    ? 'take the slash at its end away: that is all that differs'
    : undefined;
}

function isTemplate(named: unknown): boolean {
  return typeof named === 'string' && named.includes('{tenantid}');
}
