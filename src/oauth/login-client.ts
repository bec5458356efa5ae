// How a login begins, whichever way the person goes: who gives the tokens, by which flow, and which client mcpgw is there.
// What was found out is kept (store/client-record.ts), so that it has to be asked but once.
import type * as openid from 'openid-client';
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { ClientRecord, FoundClient } from '../store/client-record.js';
import type { CredentialKey } from '../store/credential-key.js';
import { boundedFetch } from './bounded-fetch.js';
import { createClient, type OAuthClient } from './client.js';
import { discoverProvider, type DiscoverOptions } from './discover.js';
import { authorityName, sectionOf, type KnownServer } from './login-key.js';
import { recordedServer, statedServer, targetKey, type ClientRecords, type LoginTarget } from './login-target.js';
import { chooseClient } from './register-client.js';
import { unionOfScopes } from './scope-to-ask.js';
import type { BearerChallenge } from './upstream/challenge.js';
import { locateServer, type LocatedServer } from './upstream/locate.js';

/** For discovery, and again for what follows: the time that the person needs is not in it. */
const REQUESTS_TIMEOUT_MS = 30_000;

export type LoginFlow = 'browser' | 'device' | 'client-credentials';

export interface LoginStartOptions {
  readonly target: LoginTarget;
  readonly records: ClientRecords;
  readonly host: Host;
  readonly log: Log;
  /** Ends the login; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Undefined: the browser, or a device where the server has nothing else. */
  readonly flow: 'device' | undefined;
  /** What the upstream has said, where it has been asked. */
  readonly challenge?: BearerChallenge | undefined;
  /** What is asked for beside all else. */
  readonly moreScope?: string | undefined;
  /** A client that was registered is not used again. */
  readonly registersAnew?: boolean | undefined;
}

export interface LoginClient extends OAuthClient {
  readonly provider: KnownServer;
  /** What is to be kept beside the login; undefined: the configuration says it all. */
  readonly found: FoundClient | undefined;
}

export interface LoginStart {
  readonly flow: LoginFlow;
  /** The redirect URI of a client that is registered already; undefined: any will do. */
  readonly registeredUri: string | undefined;
  /** Settles which client it is, and registers one where it must. */
  readonly connect: (redirectUri: string | undefined) => Promise<LoginClient>;
}

/** @throws McpgwError IDP_FAILED, NETWORK, TIMEOUT, INVALID_CONFIG, LOGIN_REFUSED, IO, STORE_*, the signal's reason */
export async function startLogin(options: LoginStartOptions): Promise<LoginStart> {
  const { target, host, log, signal } = options;
  const server = await locate(options);
  const isOwnClient = server.grant === 'client_credentials';
  const metadata = await discoverProvider({
    provider: server,
    fetch: boundedFetch({ host, timeoutMs: REQUESTS_TIMEOUT_MS, signal }),
    log,
    needs: [...STARTS[isOwnClient ? 'neither' : (options.flow ?? 'either')], 'token_endpoint'],
    wants: [
      ...(server.kind === 'identity' ? (['jwks_uri'] as const) : []),
      ...(server.clientId === undefined ? (['registration_endpoint'] as const) : []),
    ],
  });
  const byPerson = options.flow ?? (metadata.authorization_endpoint === undefined ? 'device' : 'browser');
  const flow = isOwnClient ? 'client-credentials' : byPerson;
  if (flow === 'browser') refuseWithoutPkce(server, metadata);
  const stated = statedServer(target);
  const record = stated === undefined ? await recordOf(options) : undefined;
  const known =
    options.registersAnew === true || record === undefined ? [] : [record, ...(record.pending ? [record.pending] : [])];
  const registered = known.find(({ client }) => client.origin === 'registered');
  return {
    flow,
    registeredUri: registered?.client.redirectUri,
    connect: async (redirectUri) => {
      const found =
        stated === undefined
          ? await settleClient({ ...options, server, metadata, record, known, redirectUri })
          : undefined;
      const settled = stated ?? (found && recordedServer({ ...target, server }, found));
      if (settled === undefined) throw new Error('a login without a client');
      // What this login asks for may be more than what others do.
      const provider = { ...settled, scope: server.scope };
      const client = await createClient({
        provider,
        metadata,
        host,
        log,
        needs: [],
        wants: [],
        timeoutMs: REQUESTS_TIMEOUT_MS,
        signal,
        useIdToken: server.kind === 'identity',
      });
      return { ...client, provider, found };
    },
  };
}

const STARTS: Readonly<Record<'device' | 'either' | 'neither', DiscoverOptions['needs']>> = {
  device: ['device_authorization_endpoint'],
  either: [['authorization_endpoint', 'device_authorization_endpoint']],
  neither: [],
};

/** Asks the upstream's metadata, unless the configuration says everything. */
async function locate({ target, challenge, moreScope, host }: LoginStartOptions): Promise<LocatedServer> {
  const { server, url } = target;
  const stated = statedServer(target);
  const { kind, resource } = server;
  const isKnown = kind === 'identity' || url === undefined || stated !== undefined;
  const located = isKnown
    ? {
        ...server,
        resource: stated === undefined ? resource || undefined : stated.resource,
        scope: server.scope ?? challenge?.scope,
      }
    : await locateServer({ server, url, challenge, host });
  return { ...located, scope: unionOfScopes(located.scope, moreScope) || undefined };
}

function refuseWithoutPkce(server: LocatedServer, { issuer, ...metadata }: openid.ServerMetadata): void {
  const listed = metadata.code_challenge_methods_supported;
  if (listed?.includes('S256') === true) return;
  // Some large identity providers publish no list and support it all the same.
  if (listed === undefined && server.kind === 'identity') return;
  throw new McpgwError(
    'IDP_FAILED',
    `${issuer} does not ${listed ? 'support' : 'say that it supports'} PKCE with S256`,
    {
      hint: `if it does, state "code_challenge_methods_supported": ["S256"] in ${sectionOf(server)}`,
    },
  );
}

/** A record that cannot be opened any more is made anew. */
async function recordOf({ target, records, log }: LoginStartOptions): Promise<ClientRecord | undefined> {
  try {
    return (await records.read(targetKey(target)))?.credential;
  } catch (error) {
    if (!(error instanceof McpgwError) || error.code !== 'STORE_UNAVAILABLE') throw error;
    log.warn(`${error.message}; the client is looked for anew`, { issuer: authorityName(target.server) });
    return undefined;
  }
}

interface Settling extends LoginStartOptions {
  readonly server: LocatedServer;
  readonly metadata: openid.ServerMetadata;
  readonly record: ClientRecord | undefined;
  readonly known: readonly FoundClient[];
  readonly redirectUri: string | undefined;
}

async function settleClient({ target, records, server, record, ...choice }: Settling): Promise<FoundClient> {
  const client = await chooseClient({ ...choice, server });
  const { issuer, resource, scope } = server;
  const found: FoundClient = { issuer, resource, scope, client };
  // A login that comes to nothing needs no second registration; and one that is there is not given up for it.
  await keepRecord(records, targetKey(target), record === undefined ? found : { ...record, pending: found });
  return found;
}

/** Under the lock. */
export async function keepRecord(records: ClientRecords, key: CredentialKey, record: ClientRecord): Promise<void> {
  const release = await records.lock(key);
  try {
    await records.save(key, record);
  } finally {
    await release();
  }
}

/** Said once, when the credential is kept. */
export function warnOfDroppedIdToken(
  client: OAuthClient,
  { log, provider }: { readonly log: Log; readonly provider: KnownServer },
): void {
  // Nobody is interested in who somebody is at an upstream.
  if (provider.kind === 'upstream' || !client.droppedIdToken()) return;
  const issuer = authorityName(provider);
  log.warn('the ID token cannot be validated and was dropped: it gives no claims', { issuer });
}
