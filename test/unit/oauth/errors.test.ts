import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { describe, expect, it } from 'vitest';
import { McpgwError } from '../../../src/errors.js';
import { isInvalidGrant, oauthFailure } from '../../../src/oauth/errors.js';

const IDP = 'https://idp.example.com';
const SECRET = 'sentinel-2f9c';

function bodyError(error: string, status = 400): ResponseBodyError {
  const response = new Response(null, { status });
  return new ResponseBodyError(SECRET, {
    cause: { error, error_description: 'line one\n\u001b[31mline two' },
    response,
  });
}

function translated(error: unknown): McpgwError {
  const failure = oauthFailure(error, IDP);
  if (failure instanceof McpgwError) return failure;
  throw new Error('not translated', { cause: failure });
}

describe('errors of the OAuth library', () => {
  it('become LOGIN_REFUSED when the provider says no', () => {
    const error = new AuthorizationResponseError(SECRET, {
      cause: new URLSearchParams({ error: 'access_denied', error_description: 'not you' }),
    });
    expect(translated(error)).toMatchObject({
      code: 'LOGIN_REFUSED',
      exitCode: 1,
      message: `${IDP} refused: access_denied (not you)`,
      details: { error: 'access_denied' },
    });
  });

  it('become IDP_FAILED when the provider says that it is broken', () => {
    expect(translated(bodyError('server_error'))).toMatchObject({ code: 'IDP_FAILED', exitCode: 3 });
    expect(translated(bodyError('anything', 503))).toMatchObject({ code: 'IDP_FAILED' });
  });

  it('show a text of the provider on one line and without control characters', () => {
    expect(translated(bodyError('invalid_scope')).message).toBe(
      `${IDP} refused: invalid_scope (line one [31mline two)`,
    );
  });

  it('become LOGIN_REFUSED when the ID token cannot be trusted', () => {
    const error = Object.assign(new ClientError('unexpected'), { code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' });
    expect(translated(error)).toMatchObject({ code: 'LOGIN_REFUSED' });
  });

  it('give way to our own error, however deep it is', () => {
    const ours = new McpgwError('NETWORK', 'cannot reach it');
    const wrapped = new ClientError('something went wrong', { cause: new Error('in between', { cause: ours }) });
    expect(oauthFailure(wrapped, IDP)).toBe(ours);
  });

  it('leave a bug what it is', () => {
    const bug = new TypeError('x is not a function');
    expect(oauthFailure(bug, IDP)).toBe(bug);
  });

  it('never pass on what the library holds: messages, bodies and responses', () => {
    const failure = translated(bodyError('invalid_request'));
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(SECRET);
    expect(String(failure.cause instanceof Error ? failure.cause.stack : '')).not.toContain(SECRET);
  });

  it('know invalid_grant by its code', () => {
    expect(isInvalidGrant(bodyError('invalid_grant'))).toBe(true);
    expect(isInvalidGrant(bodyError('invalid_client'))).toBe(false);
    expect(isInvalidGrant(new Error('invalid_grant'))).toBe(false);
  });
});
