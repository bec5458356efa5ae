// The refresh grant (RFC 6749 section 6): one request, no store, no lock (refresh-once.ts has those). An ID token in
// the answer is dropped: its validation could fail after the old refresh token is already spent, so the claims stay
// those of the login.
import * as openid from 'openid-client';
import type { Host } from '../../host.js';
import type { Log } from '../../log.js';
import type { Secret } from '../../secret/secret.js';
import type { Credential } from '../../store/credential.js';
import { createClient } from '../client.js';
import { isInvalidGrant, oauthFailure } from '../errors.js';
import { authorityName, type KnownServer } from '../login-key.js';
import { foreignOrigin } from '../known-origin.js';
import { toCredential } from './token-answer.js';

export interface RefreshOptions {
  readonly provider: KnownServer;
  readonly host: Host;
  readonly log: Log;
  readonly credential: Credential;
  readonly refreshToken: Secret;
  /** Discovery included. */
  readonly timeoutMs: number;
}

export type RefreshAnswer =
  | { readonly kind: 'refreshed'; readonly credential: Credential }
  /** `invalid_grant`: the refresh token is spent, revoked or expired. */
  | { readonly kind: 'refused' }
  /** The token endpoint is not where the login was made: nothing was sent. */
  | { readonly kind: 'foreign-endpoint'; readonly origin: string };

/** @throws McpgwError NETWORK, TIMEOUT, IDP_FAILED, LOGIN_REFUSED (the provider refuses for another reason) */
export async function refreshGrant(options: RefreshOptions): Promise<RefreshAnswer> {
  const { provider, host, log, credential, refreshToken, timeoutMs } = options;
  try {
    const { config, metadata } = await createClient({
      provider,
      host,
      log,
      needs: ['token_endpoint'],
      wants: [],
      timeoutMs,
      useIdToken: false,
    });
    const origin = foreignOrigin({ credential, endpoint: 'token_endpoint', url: metadata.token_endpoint });
    if (origin !== undefined) return { kind: 'foreign-endpoint', origin };
    const sentAtMs = host.now();
    const answer = await openid.refreshTokenGrant(
      config,
      refreshToken.reveal(),
      provider.resource === undefined ? undefined : { resource: provider.resource },
    );
    const { issuer } = credential;
    return {
      kind: 'refreshed',
      credential: toCredential({ answer, sentAtMs, requestedScope: undefined, issuer, previous: credential }),
    };
  } catch (error) {
    if (isInvalidGrant(error)) return { kind: 'refused' };
    throw oauthFailure(error, authorityName(provider));
  }
}
