// A remote MCP server that wants a login: the SDK's server behind 401 with protected-resource metadata (RFC 9728), which
// judges access tokens by signature, issuer, audience and time, as a good one does.
import type { ServerResponse } from 'node:http';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { RunningIdentityProvider } from './identity-provider.js';
import { startUpstream, type RecordedRequest, type Upstream, type UpstreamEra } from './upstream-server.js';

export interface ProtectedUpstreamOptions {
  readonly era: UpstreamEra;
  /** Who issues the tokens; by name in the metadata, so it may change. */
  readonly idp: () => RunningIdentityProvider;
  /** Tokens that are refused although they are good. */
  readonly refuses?: (token: string) => boolean;
  /** The scope that a message needs beside a good token, for 403. Default: none. */
  readonly needs?: (rpcMethod: string) => string | undefined;
  /** `scope` of the 401. Default: none. */
  readonly challengeScope?: string;
}

export interface ProtectedUpstream extends Upstream {
  /** The accepted token of each request, in order. */
  readonly tokens: readonly string[];
}

const METADATA_PATH = '/.well-known/oauth-protected-resource/mcp';

export async function startProtectedUpstream(options: ProtectedUpstreamOptions): Promise<ProtectedUpstream> {
  const tokens: string[] = [];
  const keys = new Map<string, ReturnType<typeof createRemoteJWKSet>>();
  const isGood = async (token: string): Promise<boolean> => {
    const { issuer, metadata } = options.idp();
    const known = keys.get(issuer) ?? createRemoteJWKSet(new URL(metadata.jwks_uri));
    keys.set(issuer, known);
    return jwtVerify(token, known, { issuer, audience: upstream.url }).then(
      () => options.refuses?.(token) !== true,
      () => false,
    );
  };
  const challenge = (
    response: ServerResponse,
    status: 401 | 403,
    parameters: Record<string, string | undefined>,
  ): true => {
    const metadata = `${new URL(upstream.url).origin}${METADATA_PATH}`;
    const all = Object.entries({ ...parameters, resource_metadata: metadata }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}="${value}"`],
    );
    response.writeHead(status, { 'www-authenticate': `Bearer ${all.join(', ')}` }).end();
    return true;
  };
  const guard = async (request: RecordedRequest, response: ServerResponse): Promise<boolean> => {
    if (request.path === METADATA_PATH) {
      const document = { resource: upstream.url, authorization_servers: [options.idp().issuer] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
      return true;
    }
    const token = /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    if (token === undefined) return challenge(response, 401, { scope: options.challengeScope });
    if (!(await isGood(token))) return challenge(response, 401, { error: 'invalid_token' });
    const needed = options.needs?.(request.rpcMethod ?? '');
    const { scope } = decodeJwt<{ scope?: string }>(token);
    const granted = scope?.split(' ') ?? [];
    if (needed !== undefined && !granted.includes(needed)) {
      return challenge(response, 403, { error: 'insufficient_scope', scope: needed });
    }
    tokens.push(token);
    return false;
  };
  const upstream: Upstream = await startUpstream({ era: options.era, intercept: guard });
  return { ...upstream, tokens };
}
