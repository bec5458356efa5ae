import { expect, test } from 'vitest';
import { nearest, nearestKey, rememberedNearestKey } from '../../../src/config/suggest.js';

const KEYS = ['requiredClaims', 'claimValues', 'jwksUri', 'jwks', 'mcpServers', 'forward_headers', 'url'];

test.each([
  ['requiredclaims', 'requiredClaims'],
  ['required_claims', 'requiredClaims'],
  ['requiredCliams', 'requiredClaims'],
  ['claimValue', 'claimValues'],
  ['jwks_uri', 'jwksUri'],
  ['jwk', 'jwks'],
  ['servers', 'mcpServers'],
  ['forwardHeaders', 'forward_headers'],
  ['ulr', 'url'],
])('for %s suggests %s', (word, name) => {
  expect(nearest(word, KEYS)).toBe(name);
});

test.each([
  ['ttl', 'ttl_seconds'],
  ['certificate', 'cert'],
  ['device_endpoint', 'device_authorization_endpoint'],
  ['revoke_endpoint', 'revocation_endpoint'],
  ['authorization_parameters', 'authorization_params'],
  ['token_endpoint_auth', 'token_endpoint_auth_method'],
  ['client_assertion_algorithm', 'client_assertion_alg'],
])('for %s suggests %s, of which it shares the words', (word, name) => {
  const names = [
    'ca',
    'cert',
    'ttl_seconds',
    'token_endpoint_auth_methods_supported',
    'token_endpoint_auth_method',
    'authorization_endpoint',
    'device_authorization_endpoint',
    'revocation_endpoint',
    'authorization_params',
    'client_assertion_key',
    'client_assertion_alg',
  ];
  expect(nearestKey(word, names)).toBe(name);
});

test('a value is not taken for another that begins like it', () => {
  expect(nearest('all', ['allowlist', 'all-except'])).toBeUndefined();
});

test.each(['', 'q', 'completelyDifferent', '__proto__', 'a'.repeat(10_000)])('for %.20s suggests nothing', (word) => {
  expect(nearestKey(word, KEYS)).toBeUndefined();
});

test('what is remembered for one list of keys is not said of another', () => {
  const near = rememberedNearestKey();
  for (let round = 0; round < 2; round++) {
    expect(near('jwk', KEYS)).toBe('jwks');
    expect(near('jwk', ['jwt'])).toBe('jwt');
    expect(near('jwk', ['url'])).toBeUndefined();
  }
});
