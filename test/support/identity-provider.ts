// An identity provider for tests and the quickstart: the real oidc-provider on 127.0.0.1, which logs one user in
// without asking. Its access tokens are RS256 JWTs, also for logins that name no `resource`. Uses no test framework.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

export interface IdentityProviderOptions {
  /** 0, the default, is a free one. */
  readonly port?: number;
  /** What stands in front of it, with TLS: its issuer and the origin of every URL that it names. Default: itself. */
  readonly publicOrigin?: string;
  /** Default `mcpgw-test`. */
  readonly clientId?: string;
  /** Makes the client confidential (`client_secret_basic`); by default it is public. */
  readonly clientSecret?: string;
  /** Public keys of a client that signs for itself (`private_key_jwt`). */
  readonly clientKeys?: readonly object[];
  /** Default: any port of 127.0.0.1 with the path /callback. */
  readonly redirectUris?: readonly string[];
  /** `sub` of the one user. Default `ana`. */
  readonly subject?: string;
  /** Claims of access tokens and ID tokens. Default: an email and two groups. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** `aud` of access tokens. Default `https://mcp.example.com`. */
  readonly audience?: string;
  /** `scope` of access tokens of logins that ask for none of these, separated by spaces. Default `mcp:read mcp:write`. */
  readonly scope?: string;
  /** Default 3600. */
  readonly accessTokenLifetimeSeconds?: number;
  /** Default true; false gives no refresh token. */
  readonly refreshTokens?: boolean;
  /** Access tokens say nothing by themselves; whoever wants to know asks the introspection endpoint. Default false. */
  readonly opaqueAccessTokens?: boolean;
  /** Clients may register themselves (RFC 7591). Default false. */
  readonly registration?: boolean;
  /** Tokens are for the resource that was asked for (RFC 8707), in place of `audience`. Default false. */
  readonly resources?: boolean;
  /** The device authorization grant, and of the two no browser login when `only`. Default: none. */
  readonly device?: 'also' | 'only';
  /** False: the user refuses every login. Default true. */
  readonly consents?: boolean;
  /** Told when a token is asked for, and when the answer is about to leave: what was given for it is spent by then. */
  readonly onTokenRequest?: (moment: 'asked' | 'answered') => void | Promise<void>;
  /** Sees each request first; when it answers itself it returns true. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface RunningIdentityProvider {
  readonly issuer: string;
  /** Of 127.0.0.1, where it listens. */
  readonly port: number;
  /** URL of the discovery document. */
  readonly discovery: string;
  /** The discovery document: every endpoint by its own name. */
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly authorization_endpoint: string;
    readonly token_endpoint: string;
    readonly jwks_uri: string;
    readonly revocation_endpoint: string;
    readonly introspection_endpoint: string;
  };
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly audience: string;
  /** `METHOD /path`, in order. */
  readonly requests: readonly string[];
  /** How often the token endpoint was asked for a refresh, successful or not. */
  readonly refreshes: () => number;
  /** How many of them were refused. */
  readonly refusedRefreshes: () => number;
  /** Every refresh token and code that was issued and not forgotten. */
  readonly secrets: () => readonly string[];
  /** Drops everything that was issued: refresh tokens are refused from now on. */
  readonly forgetEverything: () => void;
  /** An object for `external_auth_config`. */
  readonly externalAuthConfig: Readonly<Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

const KEY_ID = 'test-key';
/** 2048 bits take a while, and one key is enough for a process. */
let signingKey: Promise<JWK> | undefined;

export async function startIdentityProvider(options: IdentityProviderOptions = {}): Promise<RunningIdentityProvider> {
  const { clientId = 'mcpgw-test', clientSecret, audience = 'https://mcp.example.com' } = options;
  const requests: string[] = [];
  let refreshes = 0;
  let refused = 0;
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const local = `http://127.0.0.1:${port}`;
  const issuer = options.publicOrigin ?? local;
  const stored = new Map<string, Record<string, unknown>>();
  const provider = await createProvider({ ...options, clientId, audience }, issuer, stored);
  provider.on('grant.success', (ctx: GrantContext) => {
    if (ctx.oidc.params.grant_type === 'refresh_token') refreshes += 1;
  });
  provider.on('grant.error', (ctx: GrantContext) => {
    if (ctx.oidc.params?.grant_type !== 'refresh_token') return;
    refreshes += 1;
    refused += 1;
  });
  // Around everything that the server does with a token request.
  provider.use(async (ctx: TokenContext, next: () => Promise<void>) => {
    if (ctx.path !== '/token') return next();
    await options.onTokenRequest?.('asked');
    await next();
    await options.onTokenRequest?.('answered');
  });
  provider.proxy = options.publicOrigin !== undefined;
  const answer = provider.callback();
  /** What the discovery document is made of, once it was read. */
  let published: Readonly<Record<string, unknown>> | undefined;
  server.on('request', (request, response) => {
    if (options.publicOrigin !== undefined) {
      request.headers['x-forwarded-proto'] = 'https';
      request.headers['x-forwarded-host'] = new URL(issuer).host;
    }
    requests.push(`${request.method} ${new URL(request.url ?? '/', issuer).pathname}`);
    void (async () => {
      if ((await options.intercept?.(request, response)) === true) return;
      if (published !== undefined && request.url === '/.well-known/openid-configuration') {
        const { authorization_endpoint: _, ...rest } = published;
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rest));
      } else if (request.url?.startsWith('/interaction/'))
        await finishInteraction({ provider, request, response, options });
      else await answer(request, response);
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  const discovery = `${issuer}/.well-known/openid-configuration`;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what oidc-provider publishes is well known
  const metadata = (await (
    await fetch(`${local}/.well-known/openid-configuration`)
  ).json()) as RunningIdentityProvider['metadata'];
  requests.length = 0;
  if (options.device === 'only') published = metadata;
  return {
    issuer,
    port,
    discovery,
    metadata,
    clientId,
    clientSecret,
    audience,
    requests,
    refreshes: () => refreshes,
    refusedRefreshes: () => refused,
    secrets: () =>
      [...stored.keys()].flatMap((key) => /^(?:RefreshToken|AuthorizationCode):(.+)$/.exec(key)?.slice(1) ?? []),
    forgetEverything: () => stored.clear(),
    externalAuthConfig: {
      issuer,
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// oidc-provider has no types of its own; this is what is used of it.
interface GrantContext {
  readonly oidc: { readonly params: { readonly grant_type?: string } };
}
interface Interaction {
  readonly prompt: {
    readonly name: string;
    readonly details: {
      readonly missingOIDCScope?: readonly string[];
      readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
    };
  };
  readonly params: { readonly client_id: string };
  readonly session?: { readonly accountId: string };
  readonly grantId?: string;
}
interface Grant {
  addOIDCScope(scope: string): void;
  addResourceScope(resource: string, scope: string): void;
  save(): Promise<string>;
}
interface TokenContext {
  readonly path: string;
}
interface OidcProvider {
  /** Whether `x-forwarded-*` is believed. */
  proxy: boolean;
  use(middleware: (ctx: TokenContext, next: () => Promise<void>) => Promise<void>): void;
  on(event: string, listener: (ctx: GrantContext) => void): void;
  callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: Record<string, unknown>,
    options: { mergeWithLastSubmission: boolean },
  ): Promise<void>;
  readonly Grant: {
    new (owner: { accountId: string; clientId: string }): Grant;
    find(id: string): Promise<Grant | undefined>;
  };
}

async function createProvider(
  options: IdentityProviderOptions & { readonly clientId: string; readonly audience: string },
  issuer: string,
  stored: Map<string, Record<string, unknown>>,
): Promise<OidcProvider> {
  const { claims = { email: 'ana@example.com', groups: ['engineering', 'oncall'] } } = options;
  const { scope = 'mcp:read mcp:write', accessTokenLifetimeSeconds = 3600, clientSecret, audience } = options;
  const own = clientSecret === undefined ? 'none' : 'client_secret_basic';
  const authMethod = options.clientKeys === undefined ? own : 'private_key_jwt';
  const Provider = await loadProvider();
  return new Provider(issuer, {
    adapter: memoryAdapter(stored),
    jwks: { keys: [await (signingKey ??= makeSigningKey())] },
    clients: [
      {
        client_id: options.clientId,
        ...(clientSecret !== undefined && { client_secret: clientSecret }),
        token_endpoint_auth_method: authMethod,
        ...(options.clientKeys !== undefined && { jwks: { keys: options.clientKeys } }),
        application_type: 'native',
        redirect_uris: [...(options.redirectUris ?? ['http://127.0.0.1/callback'])],
        grant_types: [
          'authorization_code',
          'refresh_token',
          ...(clientSecret === undefined ? [] : ['client_credentials']),
          ...(options.device === undefined ? [] : ['urn:ietf:params:oauth:grant-type:device_code']),
        ],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub', ...Object.keys(claims)] },
    conformIdTokenClaims: false,
    scopes: ['openid', 'offline_access'],
    findAccount: async (_ctx: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id, ...claims }) }),
    extraTokenClaims: async () => claims,
    // A login that asks for `openid` alone has no scope at the resource; callers' tokens should have one all the same.
    formats: {
      customizers: {
        jwt: async (_ctx: unknown, _token: unknown, jwt: { payload: Record<string, unknown> }) => {
          jwt.payload['scope'] ||= scope;
        },
      },
    },
    issueRefreshToken: async () => options.refreshTokens !== false,
    expiresWithSession: async () => false,
    rotateRefreshToken: true,
    renderError: async (ctx: { body: string }, out: { error: string }) => {
      ctx.body = `error: ${out.error}`;
    },
    interactions: { url: (_ctx: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: accessTokenLifetimeSeconds,
      RefreshToken: 86_400,
      Session: 86_400,
      Grant: 86_400,
      Interaction: 600,
      IdToken: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      // Stated, because oidc-provider prints a notice about each default that it falls back to.
      revocation: { enabled: true, allowedPolicy: async () => true },
      introspection: { enabled: true, allowedPolicy: async () => true },
      clientCredentials: { enabled: true },
      registration: { enabled: options.registration === true },
      deviceFlow: {
        enabled: options.device !== undefined,
        userCodeInputSource: async (ctx: { body: string }, form: string) => void (ctx.body = form),
        userCodeConfirmSource: async (ctx: { body: string }, form: string) => void (ctx.body = form),
        successSource: async (ctx: { body: string }) => void (ctx.body = 'the device is logged in'),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => audience,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_ctx: unknown, resource: string) => ({
          scope,
          audience: options.resources === true ? resource : audience,
          accessTokenFormat: options.opaqueAccessTokens === true ? 'opaque' : 'jwt',
          accessTokenTTL: accessTokenLifetimeSeconds,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
}

type ProviderClass = new (issuer: string, configuration: Record<string, unknown>) => OidcProvider;

/** Loading it prints a warning about Node 20 through `console`, which a quickstart's reader need not see. */
async function loadProvider(): Promise<ProviderClass> {
  const { warn, info } = console;
  console.warn = () => undefined;
  console.info = () => undefined;
  try {
    // @ts-expect-error it has no types
    const { default: Provider } = await import('oidc-provider');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the interface above is what is used of it
    return Provider as ProviderClass;
  } finally {
    console.warn = warn;
    console.info = info;
  }
}

async function makeSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: KEY_ID, use: 'sig', alg: 'RS256' };
}

interface InteractionOptions {
  readonly provider: OidcProvider;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly options: IdentityProviderOptions;
}

/** Says yes to login and consent for the one user, or no to everything. */
async function finishInteraction({ provider, request, response, options }: InteractionOptions): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const finish = (result: Record<string, unknown>): Promise<void> =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  if (options.consents === false) {
    return finish({ error: 'access_denied', error_description: 'the user said no' });
  }
  const { subject = 'ana', scope = 'mcp:read mcp:write', audience = 'https://mcp.example.com' } = options;
  if (prompt.name === 'login') return finish({ login: { accountId: subject } });
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant({ accountId: session?.accountId ?? subject, clientId: params.client_id });
  grant.addOIDCScope('openid offline_access');
  for (const resource of new Set([audience, ...Object.keys(prompt.details.missingResourceScopes ?? {})])) {
    grant.addResourceScope(resource, scope);
  }
  return finish({ consent: { grantId: await grant.save() } });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('a server that listens has no port'));
      else resolve(address.port);
    });
  });
}

/** What oidc-provider asks of a storage, on one Map, so that a test can empty it. */
function memoryAdapter(stored: Map<string, Record<string, unknown>>) {
  return class {
    readonly #name: string;

    constructor(name: string) {
      this.#name = name;
    }

    async upsert(id: string, payload: Record<string, unknown>): Promise<void> {
      stored.set(`${this.#name}:${id}`, payload);
      if (typeof payload['uid'] === 'string') stored.set(`uid:${payload['uid']}`, { id });
    }

    async find(id: string): Promise<Record<string, unknown> | undefined> {
      return stored.get(`${this.#name}:${id}`);
    }

    async findByUid(uid: string): Promise<Record<string, unknown> | undefined> {
      const pointer = stored.get(`uid:${uid}`);
      return pointer === undefined ? undefined : this.find(String(pointer['id']));
    }

    async findByUserCode(code: string): Promise<Record<string, unknown> | undefined> {
      return [...stored.values()].find(({ userCode }) => userCode === code);
    }

    async consume(id: string): Promise<void> {
      const payload = stored.get(`${this.#name}:${id}`);
      if (payload !== undefined) payload['consumed'] = Math.floor(Date.now() / 1000);
    }

    async destroy(id: string): Promise<void> {
      stored.delete(`${this.#name}:${id}`);
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, payload] of stored) if (payload['grantId'] === grantId) stored.delete(key);
    }
  };
}
