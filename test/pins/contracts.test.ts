// What others build on, as literals: exit codes, diagnostic codes, token reasons, JSON-RPC codes. A change here is a
// change of the product's contract.
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, ONLINE_CODES, RULE_CODES, UNDECIDED_CODE } from '../../src/diagnostics/codes.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import { EXIT_CODES } from '../../src/errors.js';
import { UNAUTHORIZED } from '../../src/gateway/json-rpc.js';
import { REQUEST_REASONS } from '../../src/policy/decide.js';
import { TOKEN_REASONS } from '../../src/policy/principal.js';

describe('the contract', () => {
  it('keeps the exit codes', () => {
    expect(EXIT).toEqual({ OK: 0, NO: 1, USAGE: 2, UNDECIDED: 3, INTERRUPTED: 130 });
    expect(EXIT_CODES).toEqual({
      USAGE: 2,
      UNREADABLE_FILE: 2,
      INVALID_CONFIG: 2,
      UNTRUSTED_CONFIG: 2,
      UNKNOWN_SERVER: 2,
      TOKEN_REJECTED: 1,
      LOGIN_REFUSED: 1,
      LOGIN_REQUIRED: 1,
      NETWORK: 3,
      TIMEOUT: 3,
      IDP_FAILED: 3,
      UPSTREAM_FAILED: 3,
      STORE_UNAVAILABLE: 3,
      STORE_INSECURE: 3,
      STORE_CORRUPT: 3,
      IO: 3,
      INTERRUPTED: 130,
    });
  });

  it('keeps the diagnostic codes', () => {
    expect(Object.keys(ERROR_CODES)).toEqual(Array.from({ length: 20 }, (_, index) => `MCPGW${100 + index}`));
    expect(RULE_CODES).toEqual({
      MCPGW001: 'no-issuer-rule',
      MCPGW002: 'no-audience-rule',
      MCPGW003: 'unanchored-regex',
      MCPGW004: 'all-except-mode',
      MCPGW005: 'protected-header-listed',
      MCPGW006: 'authorization-forwarded',
      MCPGW007: 'insecure-http',
      MCPGW008: 'placeholder-value',
      MCPGW009: 'literal-secret',
      MCPGW010: 'identity-without-validation',
      MCPGW011: 'long-introspection-cache',
      MCPGW012: 'long-key-cache',
      MCPGW013: 'wide-clock-tolerance',
      MCPGW014: 'expiry-not-required',
      MCPGW015: 'anonymous-introspection',
      MCPGW016: 'oauth-metadata-wrapped',
      MCPGW017: 'unrequired-identity-claim',
      MCPGW018: 'validation-switched-off',
      MCPGW019: 'transport-header-set',
      MCPGW020: 'identity-header-collision',
      MCPGW021: 'client-metadata-ignored',
      MCPGW022: 'claims-over-http',
      MCPGW023: 'headers-beside-oauth',
      MCPGW024: 'never-matching-rule',
      MCPGW025: 'redundant-rule',
      MCPGW026: 'exposed-config-file',
      MCPGW027: 'redirect-uri-ignored',
      MCPGW028: 'unused-silencer',
      MCPGW029: 'spaced-scope-value',
      MCPGW030: 'unreachable-tool-entry',
      MCPGW031: 'algorithm-without-key',
      MCPGW032: 'no-signing-key',
      MCPGW033: 'exposed-key-file',
    });
    expect(ONLINE_CODES).toEqual({
      MCPGW201: 'could-not-be-decided',
      MCPGW202: 'not-asked',
      MCPGW203: 'wrong-answer',
      MCPGW204: 'no-usable-key',
      MCPGW205: 'short-rsa-keys',
      MCPGW206: 'issuer-differs',
      MCPGW207: 'jwks-uri-differs',
      MCPGW208: 'pkce-not-supported',
      MCPGW209: 'clock-skew',
      MCPGW210: 'upstream-answer',
      MCPGW211: 'resource-differs',
      MCPGW212: 'address-refused',
    });
    expect(UNDECIDED_CODE).toBe('MCPGW201');
  });

  it('keeps the reasons of a refused token', () => {
    expect(TOKEN_REASONS).toEqual([
      'MISSING_TOKEN',
      'INVALID_FORMAT',
      'TOKEN_TOO_LARGE',
      'MALFORMED',
      'ALGORITHM_NOT_ALLOWED',
      'UNSUPPORTED_HEADER',
      'WRONG_TYPE',
      'INVALID_TIME',
      'EXPIRED',
      'NOT_YET_VALID',
      'NO_KEY',
      'BAD_SIGNATURE',
      'TOO_OLD',
      'MISSING_CLAIM',
      'CLAIM_MISMATCH',
      'HEADER_MISMATCH',
      'INACTIVE',
    ]);
  });

  it('keeps the other reasons of a refused request', () => {
    expect(REQUEST_REASONS).toEqual(['LOGIN_REQUIRED', 'TOOL_NOT_ALLOWED', 'NO_IDENTITY', 'IDENTITY_TOO_LARGE']);
  });

  it('keeps the JSON-RPC code of a refusal', () => {
    expect(UNAUTHORIZED).toBe(-31401);
  });
});
