// Token revocation (RFC 7009): the refresh token first, for with it the server drops what it gave out.
import * as openid from 'openid-client';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { Secret } from '../secret/secret.js';
import type { Credential } from '../store/credential.js';
import { createClient, type OAuthClient } from './client.js';
import { oauthFailure } from './errors.js';
import { authorityName, type KnownServer } from './login-key.js';
import { foreignOrigin } from './known-origin.js';

/** A person waits, and the login is deleted in any case. */
const TIMEOUT_MS = 10_000;

export interface RevokeOptions {
  readonly provider: KnownServer;
  readonly host: Host;
  readonly log: Log;
  readonly credential: Credential;
}

export interface Revocation {
  readonly token: 'refresh_token' | 'access_token';
  /** Undefined: revoked. */
  readonly problem: string | undefined;
}

/** In the order in which it was tried. Never rejects because of the provider. */
export async function revokeTokens({ provider, host, log, credential }: RevokeOptions): Promise<readonly Revocation[]> {
  const tokens: (readonly [Revocation['token'], Secret])[] = [
    ...(credential.refreshToken === undefined ? [] : [['refresh_token', credential.refreshToken] as const]),
    ['access_token', credential.accessToken],
  ];
  const sayAll = (problem: string): readonly Revocation[] => tokens.map(([token]) => ({ token, problem }));
  let client: OAuthClient;
  try {
    client = await createClient({
      provider,
      host,
      log,
      needs: ['revocation_endpoint'],
      wants: [],
      timeoutMs: TIMEOUT_MS,
      useIdToken: false,
    });
  } catch (error) {
    return sayAll(oauthFailure(error, authorityName(provider)).message);
  }
  const url = client.metadata.revocation_endpoint;
  const origin = foreignOrigin({ credential, endpoint: 'revocation_endpoint', url });
  if (origin !== undefined) {
    return sayAll(`the revocation endpoint is at ${origin}, which was not known at login: nothing was sent there`);
  }
  const outcome: Revocation[] = [];
  for (const [token, secret] of tokens) {
    try {
      await openid.tokenRevocation(client.config, secret.reveal(), { token_type_hint: token });
      outcome.push({ token, problem: undefined });
    } catch (error) {
      outcome.push({ token, problem: oauthFailure(error, authorityName(provider)).message });
    }
  }
  return outcome;
}
