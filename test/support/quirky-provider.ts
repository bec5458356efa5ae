// An identity provider that does what a real one is known for, as far as a login meets it: where its documents are, what it
// refuses, what it gives only when it is asked in its own way. The protocol is the plain one of RFC 6749; what is peculiar
// comes from the test.
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export interface Quirks {
  /** Path of the issuer, as tokens and discovery write it: '', '/', '/realms/acme'. */
  readonly issuerPath: string;
  /** Paths of its documents and endpoints. No `discovery`: there is none. */
  readonly paths: {
    readonly discovery?: string;
    readonly authorize: string;
    readonly token: string;
    readonly keys: string;
    readonly register?: string;
  };
  /** Members of the discovery document beside the plain ones; undefined leaves one out. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** An error code for an authorization request that it does not like. */
  readonly refusesAuthorization?: (request: URLSearchParams) => string | undefined;
  /** The same for a token request. */
  readonly refusesToken?: (request: URLSearchParams, headers: IncomingMessage['headers']) => string | undefined;
  /** Payload of the access token beside iss, sub, iat and exp; undefined: it is opaque. */
  readonly claims?: (authorization: URLSearchParams) => Readonly<Record<string, unknown>> | undefined;
  readonly givesRefreshToken?: (authorization: URLSearchParams) => boolean;
  /** The token answer as it leaves; by default JSON. */
  readonly writeToken?: (answer: Record<string, unknown>, request: IncomingMessage) => { type: string; text: string };
  /** The status of a refused token request. Default 400. */
  readonly refusalStatus?: number;
}

export interface QuirkyProvider {
  readonly origin: string;
  /** `METHOD /path`, in order. */
  readonly requests: readonly string[];
  /** Each authorization request, in order. */
  readonly authorizations: readonly URLSearchParams[];
  readonly close: () => Promise<void>;
}

const LIFETIME_S = 3600;

export async function startQuirkyProvider(quirks: Quirks): Promise<QuirkyProvider> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const key: JWK = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const requests: string[] = [];
  const authorizations: URLSearchParams[] = [];
  const codes = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://127.0.0.1:${address.port}`;
  const issuer = origin + quirks.issuerPath;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin);
    requests.push(`${request.method} ${url.pathname}`);
    const { paths } = quirks;
    switch (url.pathname) {
      case paths.discovery:
        return json(response, 200, discovery());
      case paths.keys:
        return json(response, 200, { keys: [key] });
      case paths.register:
        return json(response, 201, { ...JSON.parse(await bodyOf(request)), client_id: 'registered-client' });
      case paths.authorize:
        return authorize(url.searchParams, response);
      case paths.token:
        return token(request, response);
      default:
        response.writeHead(404).end();
    }
  }

  function discovery(): Record<string, unknown> {
    const { paths } = quirks;
    return {
      issuer,
      authorization_endpoint: origin + paths.authorize,
      token_endpoint: origin + paths.token,
      jwks_uri: origin + paths.keys,
      ...(paths.register !== undefined && { registration_endpoint: origin + paths.register }),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      ...quirks.metadata,
    };
  }

  function authorize(request: URLSearchParams, response: ServerResponse): void {
    authorizations.push(request);
    const back = new URL(request.get('redirect_uri') ?? '');
    const error = quirks.refusesAuthorization?.(request);
    const code = randomUUID();
    if (error === undefined) codes.set(code, request);
    back.searchParams.set(error === undefined ? 'code' : 'error', error ?? code);
    back.searchParams.set('state', request.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await bodyOf(request));
    const authorization = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const grant = authorization?.get('code_challenge') === challenge ? undefined : 'invalid_grant';
    const error = quirks.refusesToken?.(form, request.headers) ?? grant;
    const said = error === undefined && authorization ? await tokens(authorization) : { error };
    const { type, text } = quirks.writeToken?.(said, request) ?? {
      type: 'application/json',
      text: JSON.stringify(said),
    };
    response.writeHead(error === undefined ? 200 : (quirks.refusalStatus ?? 400), { 'content-type': type }).end(text);
  }

  async function tokens(authorization: URLSearchParams): Promise<Record<string, unknown>> {
    const scope = authorization.get('scope') ?? '';
    const claims = quirks.claims?.(authorization);
    const isOpenId = scope.split(' ').includes('openid');
    const about = {
      aud: authorization.get('client_id'),
      nonce: authorization.get('nonce') ?? undefined,
      email: 'ana@example.com',
    };
    return {
      access_token: claims === undefined ? `opaque-${randomUUID()}` : await signed(claims, privateKey),
      token_type: 'bearer',
      expires_in: LIFETIME_S,
      scope,
      ...(isOpenId && { id_token: await signed(about, privateKey) }),
      ...(quirks.givesRefreshToken?.(authorization) === true && { refresh_token: randomUUID() }),
    };
  }

  function signed(claims: object, signingKey: CryptoKey): Promise<string> {
    const jwt = new SignJWT({ iss: issuer, sub: 'ana', ...claims });
    return jwt
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT' })
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_S}s`)
      .sign(signingKey);
  }

  return {
    origin,
    requests,
    authorizations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
