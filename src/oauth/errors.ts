// The one place where errors of openid-client and oauth4webapi become ours: by type and code, never by their words.
// A message names the provider and its error code; no token, code or secret can get into it (bounded-fetch.ts takes
// what was sent out of the provider's words).
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { OperationProcessingError } from 'oauth4webapi';
import { McpgwError, type ErrorCode } from '../errors.js';
import { oneLine } from './said-text.js';

/** Error codes that speak of the provider's own state (RFC 6749 section 4.1.2.1), not of this login. */
const PROVIDER_TROUBLE = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

/** Codes of oauth4webapi that mean: the ID token, or the answer's `iss`, is not what was asked for. */
const NOT_TRUSTED = new Set([
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_INVALID_RESPONSE',
]);

/**
 * NETWORK and TIMEOUT come from bounded-fetch.ts; LOGIN_REFUSED means that the provider said no, or that what it
 * said cannot be trusted; IDP_FAILED that it is broken. A bug (plain Error) passes unchanged.
 *
 * @param provider as people know it: its issuer
 */
export function oauthFailure(error: unknown, provider: string): Error {
  const ours = nearestOwn(error);
  if (ours !== undefined) return ours;
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const trouble = PROVIDER_TROUBLE.has(error.error) || (error instanceof ResponseBodyError && error.status >= 500);
    const described = oneLine(error.error_description);
    return failure(error, {
      code: trouble ? 'IDP_FAILED' : 'LOGIN_REFUSED',
      message: `${provider} ${trouble ? 'failed' : 'refused'}: ${oneLine(error.error)}${described && ` (${described})`}`,
      details: { error: oneLine(error.error) },
    });
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return failure(error, {
      code: 'LOGIN_REFUSED',
      message: `${provider} refused the client's authentication (HTTP ${error.status})`,
      hint: 'check client_id, client_secret and token_endpoint_auth_method in the configuration',
      details: { error: 'invalid_client' },
    });
  }
  // openid-client wraps what the library beneath it throws; what is asked of that one directly comes bare.
  if (error instanceof ClientError || error instanceof OperationProcessingError) {
    return NOT_TRUSTED.has(error.code ?? '')
      ? failure(error, { code: 'LOGIN_REFUSED', message: `the answer of ${provider} cannot be trusted: ${error.code}` })
      : failure(error, {
          code: 'IDP_FAILED',
          message: `${provider} answered in an unexpected way: ${error.code ?? 'no reason known'}`,
        });
  }
  return error instanceof Error ? error : new Error('something that is no error was thrown', { cause: error });
}

/** RFC 6749 section 5.2: the refresh token is not, or no longer, good. */
export function isInvalidGrant(error: unknown): boolean {
  return error instanceof ResponseBodyError && error.error === 'invalid_grant';
}

/** Ours, however deep: openid-client wraps what a custom fetch throws. */
function nearestOwn(error: unknown): McpgwError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++) {
    if (current instanceof McpgwError) return current;
  }
  return undefined;
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The library's error stays out of `cause`: it holds answers of the server, tokens included. */
function failure(error: Error, { code, message, hint, details }: Failure): McpgwError {
  const cause = new Error(error.name);
  if (error.stack !== undefined)
    cause.stack = error.stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n');
  return new McpgwError(code, message, { cause, ...(hint !== undefined && { hint }), ...(details && { details }) });
}
