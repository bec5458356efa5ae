// The metadata of an authorization server, from its issuer: the well-known places in the order in which a login tries
// them (spec: login, "Finding and registering"; OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3).
import type { JsonAnswer } from '../../../net/http.js';
import { wellKnown } from '../../../net/well-known.js';
import type { Network } from './network.js';

/** An identity provider is asked for OpenID discovery first, an upstream's authorization server for RFC 8414 first. */
export type DiscoveryOrder = 'identity' | 'upstream';

export interface DiscoveryRequest {
  readonly network: Network;
  /** INVARIANT: a URL that may be asked. */
  readonly issuer: string;
  readonly order: DiscoveryOrder;
}

export type Metadata = Readonly<Record<string, unknown>>;

export type Discovery =
  | { readonly kind: 'document'; readonly metadata: Metadata }
  /** There is none, or what is there is none. */
  | { readonly kind: 'absent'; readonly message: string }
  | { readonly kind: 'undecided'; readonly message: string };

export async function discover({ network, issuer, order }: DiscoveryRequest): Promise<Discovery> {
  let outcome: Discovery = { kind: 'absent', message: 'it has no discovery document' };
  for (const url of discoveryUrls(issuer, order)) {
    const answer = await network.document(url);
    if (answer.ok) return { kind: 'document', metadata: answer.body };
    const isUndecided = couldNotBeDecided(answer);
    if (outcome.kind !== 'undecided') {
      outcome = { kind: isUndecided ? 'undecided' : 'absent', message: answer.message };
    }
    // All places are of one origin: who does not answer at one answers at none.
    if (isUndecided && answer.status === undefined) return outcome;
  }
  return outcome;
}

/** Whether another time might give another answer. What a server says for good is an answer. */
export function couldNotBeDecided({ failure, status }: Extract<JsonAnswer, { readonly ok: false }>): boolean {
  if (failure === 'unreachable' || failure === 'timeout') return true;
  return status !== undefined && isPassing(status);
}

/** A status that says "not now": too late, too often, or not well. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** Without repetition: for an issuer without a path, two of the places are one. */
export function discoveryUrls(issuer: string, order: DiscoveryOrder): readonly string[] {
  const appended = wellKnown(issuer, { name: 'openid-configuration', at: 'end' });
  const authorizationServer = wellKnown(issuer, { name: 'oauth-authorization-server', at: 'start' });
  const inserted = wellKnown(issuer, { name: 'openid-configuration', at: 'start' });
  const urls = order === 'identity' ? [appended, authorizationServer] : [authorizationServer, inserted, appended];
  return [...new Set(urls)];
}
