// How one server of a configuration is connected to: directly, through a proxy of the environment, with the authorities
// and the client certificate of its `tls`. These are for the upstream's own origin alone, whoever asks there: `serve`,
// or a login that reads the server's metadata (spec: serve, "Corporate networks").
import * as path from 'node:path';
import type { ServerSections } from '../config/document-kinds.js';
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { Connector } from '../net/pool.js';
import { namesProxy } from '../net/proxy-variables.js';
import type { TlsMaterial } from '../net/tls.js';
import type { ServerPolicy } from '../policy/model.js';
import { InvalidConfigError, type LoadedPolicy } from './load-policy.js';
import { isReadableByOthers } from './readable-by-others.js';

export interface ServerNetworkOptions {
  readonly host: Host;
  readonly log: Log;
  readonly loaded: LoadedPolicy;
  readonly server: ServerPolicy;
  /** Of the upstream; undefined for a bare policy that nobody gave one to. */
  readonly url: string | undefined;
}

export interface ServerNetwork {
  /** Its fetch goes by the server's `tls` where it asks the upstream's origin, and so do the processes it starts. */
  readonly host: Host;
  /** For the upstream; undefined: directly. */
  readonly connect: Connector | undefined;
}

/**
 * Loads nothing where there is neither a proxy nor `tls`.
 *
 * @throws McpgwError USAGE for a proxy that cannot be used, INVALID_CONFIG (as InvalidConfigError) for a file of `tls`
 */
export async function serverNetwork(options: ServerNetworkOptions): Promise<ServerNetwork> {
  const { host, server, url } = options;
  const { env } = host;
  const isProxied = namesProxy(env);
  if (url === undefined || !(isProxied || server.hasTls)) return { host, connect: undefined };
  const { origin } = new URL(url);
  if (isProxied) await refuseUnusableProxy(host, origin);
  const material = server.hasTls ? await tlsMaterial(options) : undefined;
  const { createConnector } = await import('../net/connector.js');
  if (material === undefined) return { host, connect: createConnector({ env, tls: undefined }) };
  const { hostWithTls } = await import('./tls-host.js');
  return hostWithTls(host, { origin, material });
}

/** At the start, where somebody reads it. */
async function refuseUnusableProxy({ env }: Host, origin: string): Promise<void> {
  const [{ proxyFor }, { ProxyFailure }] = await Promise.all([
    import('../net/proxy.js'),
    import('../net/proxy-failure.js'),
  ]);
  try {
    proxyFor(new URL(origin), env);
  } catch (error) {
    if (!(error instanceof ProxyFailure)) throw error;
    throw new McpgwError('USAGE', error.message, {
      hint: 'write it as http://host:port, or exempt the server with NO_PROXY',
    });
  }
}

async function tlsMaterial({ host, log, loaded, server }: ServerNetworkOptions): Promise<TlsMaterial | undefined> {
  const { file, source } = loaded;
  const sections = sectionsOf(server, loaded);
  const { readTlsFiles } = await import('../config/tls-files.js');
  const directory = path.dirname(path.resolve(host.cwd, file));
  const read = await readTlsFiles(sections, { files: host.files, directory });
  if (read === undefined) return undefined;
  if ('findings' in read) {
    throw new InvalidConfigError(file, await source.diagnosticsOf(read.findings));
  }
  if (read.keyFile !== undefined && (await isReadableByOthers(host, read.keyFile))) {
    log.warn(`other users of this machine can read the private key that \`tls\` names: chmod 600 it`, {
      server: server.name,
    });
  }
  return read.material;
}

/** INVARIANT: the policy has its servers in the order of the document (config/normalize.ts). */
function sectionsOf({ name }: ServerPolicy, { policy, source }: LoadedPolicy): ServerSections {
  const sections = source.layout.servers[policy.servers.findIndex((server) => server.name === name)];
  if (sections === undefined) throw new Error(`the server ${name} is in the policy and not in its document`);
  return sections;
}
