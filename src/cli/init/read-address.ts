// Addresses as people paste them: with or without a scheme, with a slash too many. What comes out is exact, because
// tokens and discovery documents are compared with it character for character.
import { fetchableUrl } from '../../net/fetchable-url.js';
import { looksLikeCredential } from '../../secret/sensitive-key.js';
import type { Reading } from './starter.js';

/** An address, or why it is none. Without a scheme it is https. */
export type AddressReading = { readonly url: URL; readonly text: string } | { readonly problem: string };

/** https, or http on this machine; no credentials, no fragment, nothing that the document would read as a reference. */
export function readAddress(given: string): AddressReading {
  const trimmed = given.trim();
  if (trimmed === '') return { problem: 'is empty' };
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  if (!/^[\x21-\x7e]{1,2048}$/.test(text) || /["\\<>{}|^`]/.test(text)) {
    return { problem: 'must be an address (https://…)' };
  }
  if (!URL.canParse(text)) return { problem: 'must be an address (https://…)' };
  const bare = new URL(text);
  if (bare.username !== '' || bare.password !== '') return { problem: 'must not hold credentials' };
  const url = fetchableUrl(text);
  if (url === undefined) return { problem: 'must be an https address: plain http is for this machine alone' };
  if (url.hash !== '') return { problem: 'must not hold a fragment (#…)' };
  if (looksLikeCredential(text)) return { problem: 'looks as if it held a credential' };
  return { url, text };
}

/** People copy what they have open: the discovery document of an issuer stands for it. */
export const DISCOVERY = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)$/;

/** The address of the remote MCP server: as it was given. */
export function readUpstream(given: string): Reading {
  const read = readAddress(given);
  return 'problem' in read ? read : { value: read.text };
}

/** An issuer or endpoint: as it was given, a slash at the end included, because it is compared exactly. */
export function readEndpoint(given: string): Reading {
  const read = readAddress(given);
  if ('problem' in read) return read;
  return read.url.search === '' ? { value: read.text } : { problem: 'must not hold a query (?…)' };
}

/**
 * A host of its own (`dev-1.okta.com`), from an address of it: no port, https, a name with a dot.
 * The path is for the caller to judge.
 */
export function readHost(
  given: string,
): { readonly host: string; readonly path: string } | { readonly problem: string } {
  const read = readAddress(given);
  if ('problem' in read) return read;
  const { protocol, hostname, port, search, pathname } = read.url;
  if (protocol !== 'https:' || port !== '' || search !== '') return { problem: 'must be a host name' };
  const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
  if (!new RegExp(`^(?:${label}\\.)+(?!\\d+$)${label}$`).test(hostname))
    return { problem: 'must be a host name with a dot in it' };
  return { host: hostname, path: pathname.replace(DISCOVERY, '').replace(/\/+$/, '') };
}
