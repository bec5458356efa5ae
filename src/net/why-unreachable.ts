// Why a server could not be reached, in a clause for people: what a proxy did in its own words, else the system's code,
// with what to do about it where that is certain.
import { systemCode } from '../errors.js';
import { ProxyFailure } from './proxy-failure.js';

/** Undefined where the error says nothing that is known. */
export function whyUnreachable(error: unknown): string | undefined {
  const failure = proxyFailureIn(error);
  if (failure !== undefined) return failure.message;
  const code = systemCode(error);
  return code === undefined ? undefined : explained(code);
}

/** A code of TLS with what it means; any other as it is. */
export function explained(code: string): string {
  if (UNTRUSTED.has(code)) return `${code}: ${NOT_TRUSTED}`;
  return code.endsWith('ALERT_CERTIFICATE_REQUIRED') ? `${code}: it wants a client certificate` : code;
}

const NOT_TRUSTED =
  'its certificate is of an authority that is not trusted here; NODE_EXTRA_CA_CERTS adds one, of an upstream also `tls.ca`';

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function proxyFailureIn(error: unknown): ProxyFailure | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++) {
    if (current instanceof ProxyFailure) return current;
  }
  return undefined;
}
