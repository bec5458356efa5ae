// Which stored login is meant: the facts that make two logins different, and the name that follows from them.
// When one of them changes (a new issuer, another client), the name changes too and nothing old is reused.
import { createHash } from 'node:crypto';

export interface LoginFacts {
  readonly kind: 'identity' | 'upstream';
  /** Undefined when nobody stated one: then the token endpoint's origin stands for it. */
  readonly issuer: string | undefined;
  readonly tokenEndpoint: string | undefined;
  readonly clientId: string;
  /** RFC 8707. */
  readonly resource: string | undefined;
  /** Of the upstream that it lets into: without a resource, nothing else says for whom a token is. */
  readonly url?: string | undefined;
}

export interface CredentialKey {
  /** All facts as one unambiguous text; goes into the encryption as additional data. No secret. */
  readonly facts: string;
  /** SHA-256 over `facts`, in hex: the file's name. */
  readonly name: string;
}

/** The same facts give the same key on every machine; a bug (plain Error) when there is neither issuer nor endpoint. */
export function credentialKey({ kind, issuer, tokenEndpoint, clientId, resource, url }: LoginFacts): CredentialKey {
  const authority = issuer ?? (tokenEndpoint === undefined ? undefined : new URL(tokenEndpoint).origin);
  if (authority === undefined) throw new Error('a login without issuer and token endpoint');
  const facts = JSON.stringify([kind, authority, clientId, resource ?? null, ...(url === undefined ? [] : [url])]);
  return { facts, name: createHash('sha256').update(facts).digest('hex') };
}
