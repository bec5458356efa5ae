import { expect, test } from 'vitest';
import { nearest, suggestion } from '../../../src/config/suggest.js';

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

test.each(['', 'q', 'completelyDifferent', '__proto__', 'a'.repeat(10_000)])('for %.20s suggests nothing', (word) => {
  expect(suggestion(word, KEYS)).toBeUndefined();
});

test('a suggestion is a question', () => {
  expect(suggestion('jwk', KEYS)).toBe('did you mean `jwks`?');
});
