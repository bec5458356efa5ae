// The device authorization grant (RFC 8628): the person logs in on another device, with a code that is shown here. Gives
// a credential; storing it is login.ts. Polling, with `interval` and `slow_down`, is openid-client's.
import * as openid from 'openid-client';
import { McpgwError } from '../../errors.js';
import { fetchableUrl } from '../../net/fetchable-url.js';
import type { Credential } from '../../store/credential.js';
import { oauthFailure } from '../errors.js';
import { authorityName } from '../login-key.js';
import { originsOf } from '../known-origin.js';
import { warnOfDroppedIdToken, type LoginClient } from '../login-client.js';
import { scopeToAsk } from '../scope-to-ask.js';
import type { BrowserLoginOptions } from './authorization-code.js';
import { toCredential } from './token-answer.js';

/** What the person needs on the other device. */
export interface DeviceCode {
  /** A web address: https, or plain http on this machine. */
  readonly verificationUri: string;
  readonly userCode: string;
  /** The address with the code in it, where the provider gives one. */
  readonly completeUri: string | undefined;
  /** How long the code is good, or how long the person may take: what ends first. */
  readonly lifeMs: number;
}

export interface DeviceLoginOptions extends Omit<BrowserLoginOptions, 'port' | 'show'> {
  readonly showCode: (code: DeviceCode) => Promise<void>;
}

/**
 * Resolves once the credential is kept.
 *
 * @throws McpgwError LOGIN_REFUSED, TIMEOUT (the code has expired, or nobody entered it in time), NETWORK, IDP_FAILED,
 *   what `keep` throws, the signal's reason
 */
export async function logInWithDevice(options: DeviceLoginOptions): Promise<void> {
  const { start, target, log, showCode, keep } = options;
  let authority = authorityName(target.server);
  try {
    const client = await start.connect(undefined);
    const { metadata, config, provider } = client;
    authority = authorityName(provider);
    const scope = scopeToAsk(provider.scope, metadata.scopes_supported);
    const begun = await openid.initiateDeviceAuthorization(config, {
      ...(scope !== '' && { scope }),
      ...(provider.resource !== undefined && { resource: provider.resource }),
    });
    const lifeMs = Math.min(options.timeoutMs, begun.expires_in * 1000, MOST_MS);
    await showCode({
      lifeMs,
      verificationUri: webAddress(begun.verification_uri, metadata.issuer),
      userCode: begun.user_code,
      completeUri:
        begun.verification_uri_complete === undefined
          ? undefined
          : webAddress(begun.verification_uri_complete, metadata.issuer),
    });
    const { answer, sentAtMs } = await polled(begun, lifeMs, { ...options, client });
    const credential: Credential = toCredential({
      answer,
      sentAtMs,
      requestedScope: scope,
      issuer: metadata.issuer,
      origins: originsOf(metadata),
    });
    await keep(credential, client);
    warnOfDroppedIdToken(client, { log, provider });
  } catch (error) {
    throw oauthFailure(error, authority);
  }
}

/** What a provider sends people to is a web page, and nothing that a program could be started with. */
function webAddress(text: string, issuer: string): string {
  const url = fetchableUrl(text);
  if (url !== undefined) return url.href;
  throw new McpgwError('IDP_FAILED', `the verification_uri of ${issuer} is no https address`);
}

/** Asks until the person has decided, or time is up. */
async function polled(
  begun: openid.DeviceAuthorizationResponse,
  lifeMs: number,
  { client, host, log, signal }: DeviceLoginOptions & { readonly client: LoginClient },
) {
  const { provider } = client;
  client.limitEachRequest();
  const deadline = AbortSignal.timeout(lifeMs);
  const stop = AbortSignal.any([deadline, signal]);
  const resource = provider.resource === undefined ? undefined : { resource: provider.resource };
  for (;;) {
    const sentAtMs = host.now();
    try {
      const answer = await openid.pollDeviceAuthorizationGrant(client.config, begun, resource, { signal: stop });
      return { answer, sentAtMs };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (deadline.aborted || isExpired(error)) {
        const hint = 'run it again; --timeout says how long it may take, and the provider how long its code is good';
        throw new McpgwError('TIMEOUT', `nobody entered the code within ${Math.round(lifeMs / 1000)} s`, { hint });
      }
      // RFC 8628 section 3.5: a connection that fails is no answer.
      if (!isPassing(error, authorityName(provider))) throw error;
      log.warn('the identity provider could not be asked; asking again');
    }
  }
}

/** Of a timer. */
const MOST_MS = 2 ** 31 - 1;

function isExpired(error: unknown): boolean {
  return error instanceof openid.ResponseBodyError && error.error === 'expired_token';
}

function isPassing(error: unknown, provider: string): boolean {
  const failure = oauthFailure(error, provider);
  return failure instanceof McpgwError && (failure.code === 'NETWORK' || failure.code === 'TIMEOUT');
}
