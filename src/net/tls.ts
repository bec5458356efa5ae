// The TLS settings of connections to one upstream. What a configuration adds to the authorities is added: those that
// Node trusts by itself, NODE_EXTRA_CA_CERTS among them, stay. Nothing here switches a check off.
import * as tls from 'node:tls';
import type { Host } from '../host.js';
import type { Secret } from '../secret/secret.js';

/** In PEM, and judged before (config/tls-files.ts). */
export interface TlsMaterial {
  readonly ca: string | undefined;
  /** The client certificate and its key: both or none. */
  readonly client: { readonly cert: string; readonly key: Secret } | undefined;
}

export async function secureContextOf(
  { ca, client }: TlsMaterial,
  host: Pick<Host, 'env' | 'files'>,
): Promise<tls.SecureContext> {
  return tls.createSecureContext({
    ...(ca !== undefined && { ca: [...(await trustedAuthorities(host)), ca] }),
    ...(client !== undefined && { cert: client.cert, key: client.key.reveal() }),
  });
}

/** `ca` takes the place of what Node trusts by itself, so that has to be said, too. */
async function trustedAuthorities({ env, files }: Pick<Host, 'env' | 'files'>): Promise<readonly string[]> {
  const known: KnowsDefaults = tls;
  if (known.getCACertificates !== undefined) return known.getCACertificates('default');
  const extra = env['NODE_EXTRA_CA_CERTS'] ?? '';
  if (extra === '') return tls.rootCertificates;
  // Node has warned of a file that it cannot read, and goes on without it.
  const text = await files.readText(extra).catch(() => undefined);
  return text === undefined ? tls.rootCertificates : [...tls.rootCertificates, text];
}

/** From Node 22.15 on. */
interface KnowsDefaults {
  readonly rootCertificates: readonly string[];
  readonly getCACertificates?: (type: 'default') => readonly string[];
}
