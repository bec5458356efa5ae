// The client of a login by a person, whichever way: in a browser of this machine, or on another device.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { IdentityProvider } from '../policy/model.js';
import { createClient, type OAuthClient } from './client.js';
import { authorityName } from './identity-key.js';

/** For discovery, and again for what follows: the time that the person needs is not in it. */
const REQUESTS_TIMEOUT_MS = 30_000;

export type LoginFlow = 'browser' | 'device';

export interface LoginClientOptions {
  readonly provider: IdentityProvider;
  readonly host: Host;
  readonly log: Log;
  /** Ends the login; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Undefined: the browser, or a device where the provider has nothing else. */
  readonly flow: LoginFlow | undefined;
}

export interface LoginClient extends OAuthClient {
  readonly flow: LoginFlow;
}

/** @throws McpgwError IDP_FAILED, NETWORK, TIMEOUT, INVALID_CONFIG, NOT_SUPPORTED_YET, the signal's reason */
export async function createLoginClient({ flow, ...options }: LoginClientOptions): Promise<LoginClient> {
  const client = await createClient({
    ...options,
    needs: [START[flow ?? 'either'], 'token_endpoint'],
    wants: ['jwks_uri'],
    timeoutMs: REQUESTS_TIMEOUT_MS,
    useIdToken: true,
  });
  const hasBrowser = client.metadata.authorization_endpoint !== undefined;
  return { ...client, flow: flow ?? (hasBrowser ? 'browser' : 'device') };
}

const START = {
  browser: 'authorization_endpoint',
  device: 'device_authorization_endpoint',
  either: ['authorization_endpoint', 'device_authorization_endpoint'],
} as const;

/** Said once, when the credential is kept. */
export function warnOfDroppedIdToken(
  client: OAuthClient,
  { log, provider }: Pick<LoginClientOptions, 'log' | 'provider'>,
): void {
  if (!client.droppedIdToken()) return;
  const issuer = authorityName(provider);
  log.warn('the ID token cannot be validated and was dropped: it gives no claims', { issuer });
}
