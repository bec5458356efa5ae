// The client credentials grant (RFC 6749 section 4.4): the client gets in as itself, nobody is asked. One request, no
// store, no lock.
import * as openid from 'openid-client';
import type { Host } from '../../host.js';
import type { Log } from '../../log.js';
import type { Credential } from '../../store/credential.js';
import { createClient } from '../client.js';
import { oauthFailure } from '../errors.js';
import { originsOf } from '../known-origin.js';
import { authorityName, type KnownServer } from '../login-key.js';
import { toCredential } from './token-answer.js';

export interface ClientCredentialsOptions {
  readonly provider: KnownServer;
  readonly host: Host;
  readonly log: Log;
  /** Undefined asks for none. */
  readonly scope: string | undefined;
  /** Discovery included. */
  readonly timeoutMs: number;
}

/** @throws McpgwError NETWORK, TIMEOUT, IDP_FAILED, LOGIN_REFUSED, INVALID_CONFIG */
export async function clientCredentialsGrant(options: ClientCredentialsOptions): Promise<Credential> {
  const { provider, host, log, scope, timeoutMs } = options;
  try {
    const needs = ['token_endpoint'] as const;
    const { config, metadata } = await createClient({ ...options, needs, wants: [], timeoutMs, useIdToken: false });
    const sentAtMs = host.now();
    const answer = await openid.clientCredentialsGrant(config, {
      ...(scope !== undefined && scope !== '' && { scope }),
      ...(provider.resource !== undefined && { resource: provider.resource }),
    });
    const { issuer } = metadata;
    log.debug('a token was got with the credentials of the client', { issuer });
    return toCredential({ answer, sentAtMs, requestedScope: scope, issuer, origins: originsOf(metadata) });
  } catch (error) {
    throw oauthFailure(error, authorityName(provider));
  }
}
