// A company network around the built program: an upstream behind mutual TLS, an identity provider behind TLS of another
// private authority, and a proxy that alone knows where their names lead. The names lead nowhere without it.
import { createAuthority, type CertificateAuthority, type Certified } from './certificates.js';
import { createBrowser, type Browser } from './browser.js';
import { createSandbox, finished, type CliResult, type Sandbox } from './cli.js';
import { startConnectProxy, type ConnectProxy, type ConnectProxyOptions } from './connect-proxy.js';
import {
  startIdentityProvider,
  type IdentityProviderOptions,
  type RunningIdentityProvider,
} from './identity-provider.js';
import { startLineHost, type LineHost } from './line-host.js';
import { startScriptedUpstream, type ScriptedUpstream } from './scripted-upstream.js';
import { startTlsFront, type TlsFront } from './tls-front.js';
import { fetch as undiciFetch, ProxyAgent } from 'undici';

export const UPSTREAM = 'mcp.corp.example';
export const IDP = 'idp.corp.example';
export const CREDENTIALS = 'ana:s3ntinel-Pr0xy';

/** Made once for a file: openssl takes its time. */
export interface Certificates {
  /** Of the upstream, and of its clients. */
  readonly upstreamCa: CertificateAuthority;
  /** Of the identity provider. */
  readonly companyCa: CertificateAuthority;
  readonly upstream: Certified;
  readonly idp: Certified;
  readonly client: Certified;
}

export async function createCertificates(): Promise<Certificates> {
  const [upstreamCa, companyCa] = await Promise.all([createAuthority('Upstream CA'), createAuthority('Company CA')]);
  return {
    upstreamCa,
    companyCa,
    upstream: await upstreamCa.issue('upstream', [UPSTREAM]),
    client: await upstreamCa.issue('laptop'),
    idp: await companyCa.issue('idp', [IDP, 'localhost']),
  };
}

export interface CorporateOptions {
  readonly certificates: Certificates;
  readonly idp?: IdentityProviderOptions;
  readonly proxy?: Partial<ConnectProxyOptions>;
  /** The identity provider is at the upstream's own origin, behind its TLS. */
  readonly isIdpAtUpstream?: boolean;
}

export interface CorporateStage {
  readonly sandbox: Sandbox;
  readonly upstream: ScriptedUpstream;
  readonly idp: RunningIdentityProvider;
  readonly proxy: ConnectProxy;
  /** In front of the upstream. */
  readonly front: TlsFront;
  /** In front of the identity provider, which would take note of a certificate. */
  readonly idpFront: TlsFront;
  readonly url: string;
  /** `tls` of the upstream. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** The proxy with its credentials, and the company's authority. */
  readonly env: Readonly<Record<string, string>>;
  readonly config: (server?: object, more?: object) => Promise<string>;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<CliResult>;
  readonly serve: (config: string, env?: Readonly<Record<string, string>>) => LineHost;
  /** `login`, with a browser that goes through the proxy, too. */
  readonly login: (args: readonly string[]) => Promise<CliResult>;
  /** All that any process has printed. */
  readonly printed: () => string;
  readonly close: () => Promise<void>;
}

export async function openCorporateStage(options: CorporateOptions): Promise<CorporateStage> {
  const { certificates, isIdpAtUpstream = false } = options;
  const sandbox = await createSandbox();
  const upstream = await startScriptedUpstream();
  const idp = await startIdentityProvider({
    publicOrigin: `https://${isIdpAtUpstream ? UPSTREAM : IDP}`,
    ...options.idp,
  });
  const upstreamPort = isIdpAtUpstream ? idp.port : Number(new URL(upstream.url).port);
  const front = await startTlsFront({
    server: certificates.upstream,
    port: upstreamPort,
    clientCa: certificates.upstreamCa.ca,
  });
  const idpFront = await startTlsFront({ server: certificates.idp, port: idp.port, asksClients: true });
  const routes = {
    [`${UPSTREAM}:443`]: front.port,
    [`${UPSTREAM}:80`]: Number(new URL(upstream.url).port),
    [`${IDP}:443`]: idpFront.port,
  };
  const proxy = await startConnectProxy({ routes, credentials: CREDENTIALS, ...options.proxy });
  const hosts: LineHost[] = [];
  const results: CliResult[] = [];
  const env = {
    HTTPS_PROXY: proxy.url.replace('://', `://${CREDENTIALS}@`),
    NODE_EXTRA_CA_CERTS: certificates.companyCa.caFile,
    // Newer versions of Node have a way of their own, which must not come in between.
    NODE_USE_ENV_PROXY: '1',
  };
  const { caFile } = certificates.upstreamCa;
  const tls = { ca: caFile, cert: certificates.client.certFile, key: certificates.client.keyFile };
  const url = `https://${UPSTREAM}/mcp`;
  const agent = new ProxyAgent({
    uri: proxy.url,
    token: `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`,
    requestTls: {
      ca: [certificates.companyCa.ca, certificates.upstreamCa.ca],
      ...(isIdpAtUpstream && { cert: certificates.client.cert, key: certificates.client.key }),
    },
  });
  return {
    sandbox,
    upstream,
    idp,
    proxy,
    front,
    idpFront,
    url,
    tls,
    env,
    config: (server = {}, more = {}) =>
      sandbox.file('gateway.json', { mcpServers: { demo: { url, tls, ...server } }, ...more }),
    run: async (args, extra = {}) => {
      const result = await sandbox.run(args, { env: { ...env, ...extra } });
      results.push(result);
      return result;
    },
    serve: (config, extra = {}) => {
      const host = startLineHost(sandbox, ['-vv', '-c', config], { ...env, ...extra });
      hosts.push(host);
      return host;
    },
    login: async (args) => {
      const child = sandbox.start(['login', '--no-browser', ...args], env);
      const done = finished(child);
      let stderr = '';
      const address = new Promise<string | undefined>((resolve) => {
        child.stderr.on('data', (chunk: Buffer) => {
          stderr += chunk.toString();
          const found = /^ {2}(https\S+)\n/m.exec(stderr);
          if (found !== null) resolve(found[1]);
        });
        void done.then(() => resolve(undefined));
      });
      const found = await address;
      if (found !== undefined) await browserThrough(agent).visit(found);
      const result = await done;
      results.push(result);
      return result;
    },
    printed: () =>
      [
        ...results.map(({ stdout, stderr }) => stdout + stderr),
        ...hosts.map((host) => host.texts.join('\n') + host.stderr()),
      ].join('\n'),
    close: async () => {
      for (const host of hosts.splice(0)) {
        host.child.kill('SIGKILL');
        await host.exited;
      }
      await agent.destroy();
      await proxy.close();
      await Promise.all([front.close(), idpFront.close(), idp.close(), upstream.close()]);
      await sandbox.remove();
    },
  };
}

/** It reaches this machine without the proxy, as every browser does. */
function browserThrough(agent: ProxyAgent): Browser {
  return createBrowser(async (url, init) => {
    const isHere = new URL(url).hostname === '127.0.0.1';
    // undici's own fetch, whose types are not those of Node's.
    const options = { ...init, ...(isHere ? {} : { dispatcher: agent }) } as Parameters<typeof undiciFetch>[1];
    return undiciFetch(url, options);
  });
}
