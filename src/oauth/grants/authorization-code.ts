// The authorization code grant with PKCE S256 in the user's browser (RFC 6749 section 4.1, RFC 7636, RFC 8252,
// OpenID Connect Core section 3.1; `iss` of the answer by RFC 9207). Gives a credential; storing it is login.ts.
import * as openid from 'openid-client';
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';
import type { Log } from '../../log.js';
import type { Credential } from '../../store/credential.js';
import type { OAuthClient } from '../client.js';
import { oauthFailure } from '../errors.js';
import { authorityName, type KnownServer } from '../login-key.js';
import type { LoginTarget } from '../login-target.js';
import { originsOf } from '../known-origin.js';
import { startLoopbackServer, type LoopbackAnswer, type LoopbackServer } from '../loopback/loopback-server.js';
import { chooseRedirect } from '../loopback/redirect-uri.js';
import { warnOfDroppedIdToken, type LoginClient, type LoginStart } from '../login-client.js';
import { scopeToAsk } from '../scope-to-ask.js';
import { toCredential } from './token-answer.js';

export interface BrowserLoginOptions {
  readonly start: LoginStart;
  readonly target: LoginTarget;
  readonly host: Host;
  readonly log: Log;
  /** `--port`; undefined is the configured redirect's port, else a free one. */
  readonly port: number | undefined;
  /** How long the person may take. */
  readonly timeoutMs: number;
  /** Ends the login; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Shows the http(s) URL to the person. `submit` takes a pasted redirect URL; false: it is not for this login. */
  readonly show: (url: string, submit: (pasted: string) => boolean) => Promise<void>;
  /** Keeps the credential. The browser is told "logged in" only after it has resolved. */
  readonly keep: (credential: Credential, client: LoginClient) => Promise<void>;
}

/**
 * Resolves once the credential is kept and the browser has its page.
 *
 * @throws McpgwError LOGIN_REFUSED, TIMEOUT, NETWORK, IDP_FAILED, IO, what `keep` throws, the signal's reason
 */
export async function logInWithBrowser(options: BrowserLoginOptions): Promise<void> {
  const { start, target, host, log, signal, show, keep } = options;
  const state = openid.randomState();
  let authority = authorityName(target.server);
  try {
    const server = await listen(options, state);
    try {
      signal.throwIfAborted();
      const client = await start.connect(server.redirectUri);
      const { provider } = client;
      authority = authorityName(provider);
      const request = await buildRequest({ client, provider, state, redirectUri: server.redirectUri });
      await show(request.url, server.submit);
      const answer = await firstAnswer(server, options);
      client.renewDeadline();
      try {
        await keep(await exchange({ client, provider, host, state, request, answer }), client);
        warnOfDroppedIdToken(client, { log, provider });
        await answer.reply('done');
      } catch (error) {
        await answer.reply('refused');
        throw error;
      }
    } finally {
      server.close();
    }
  } catch (error) {
    throw oauthFailure(error, authority);
  }
}

/** Where a client that is registered already comes back to, as long as that port can be had. */
async function listen({ start, target, port, log }: BrowserLoginOptions, state: string): Promise<LoopbackServer> {
  const { redirectUri: configured } = target.server;
  const { registeredUri } = start;
  if (configured === undefined && port === undefined && registeredUri !== undefined) {
    const redirect = chooseRedirect({ configured: registeredUri, port, log });
    try {
      return await startLoopbackServer({ redirect, state });
    } catch (error) {
      if (!(error instanceof McpgwError) || error.code !== 'IO') throw error;
      log.debug('the port that the client is registered with is taken: another client is registered');
    }
  }
  return startLoopbackServer({ redirect: chooseRedirect({ configured, port, log }), state });
}

interface RequestFacts {
  readonly client: OAuthClient;
  readonly provider: KnownServer;
  readonly state: string;
  readonly redirectUri: string;
}

interface AuthorizationRequest {
  readonly url: string;
  readonly scope: string;
  readonly verifier: string;
  /** Undefined when `openid` is not asked for. */
  readonly nonce: string | undefined;
}

async function buildRequest({ client, provider, state, redirectUri }: RequestFacts): Promise<AuthorizationRequest> {
  const scope = scopeToAsk(provider.scope, client.metadata.scopes_supported);
  const verifier = openid.randomPKCECodeVerifier();
  const nonce = scope.split(' ').includes('openid') ? openid.randomNonce() : undefined;
  const url = openid.buildAuthorizationUrl(client.config, {
    // Reserved names are refused by the configuration; what follows would override them in any case.
    ...provider.authorizationParams,
    redirect_uri: redirectUri,
    ...(scope !== '' && { scope }),
    state,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(nonce !== undefined && { nonce }),
    ...(provider.resource !== undefined && { resource: provider.resource }),
  });
  return { url: url.href, scope, verifier, nonce };
}

async function firstAnswer(server: LoopbackServer, options: BrowserLoginOptions): Promise<LoopbackAnswer> {
  const { timeoutMs, signal } = options;
  const over = new AbortController();
  const end = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => {
      const hint = 'run it again, with a longer --timeout if need be';
      reject(new McpgwError('TIMEOUT', `nobody logged in within ${timeoutMs / 1000} s`, { hint }));
    }, timeoutMs);
    over.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    const onAbort = (): void => reject(asError(signal.reason));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true, signal: over.signal });
  });
  return Promise.race([server.answer, end]).finally(() => over.abort());
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

interface ExchangeFacts {
  readonly client: OAuthClient;
  readonly provider: KnownServer;
  readonly host: Host;
  readonly state: string;
  readonly request: AuthorizationRequest;
  readonly answer: LoopbackAnswer;
}

async function exchange({ client, provider, host, state, request, answer }: ExchangeFacts): Promise<Credential> {
  const url = new URL(answer.url);
  // Without a known issuer there is nothing that the answer's `iss` could be compared with.
  if (!client.knowsIssuer) url.searchParams.delete('iss');
  const sentAtMs = host.now();
  const tokens = await openid.authorizationCodeGrant(
    client.config,
    url,
    {
      expectedState: state,
      pkceCodeVerifier: request.verifier,
      ...(client.validatesIdToken && request.nonce !== undefined && { expectedNonce: request.nonce }),
    },
    provider.resource === undefined ? undefined : { resource: provider.resource },
  );
  return toCredential({
    answer: tokens,
    sentAtMs,
    requestedScope: request.scope,
    issuer: client.metadata.issuer,
    origins: originsOf(client.metadata),
  });
}
