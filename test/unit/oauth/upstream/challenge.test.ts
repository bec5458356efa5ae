import { expect, it } from 'vitest';
import { bearerChallenge } from '../../../../src/oauth/upstream/challenge.js';

const of = (text: string): string | undefined => bearerChallenge(text)?.resourceMetadata;

it.each([
  ['Bearer resource_metadata="https://a/b"', 'https://a/b'],
  ['bearer  Resource_Metadata = "https://a/b" , error="x"', 'https://a/b'],
  ['Bearer error="invalid_token", resource_metadata=https://a/b', 'https://a/b'],
  ['Basic realm="x", Bearer realm="y", resource_metadata="https://a/b"', 'https://a/b'],
  ['Negotiate YWJj==, Bearer resource_metadata="https://a/b"', 'https://a/b'],
  ['Bearer resource_metadata="https://a/\\"b\\\\"', 'https://a/"b\\'],
  ['Bearer error_description="resource_metadata=\\"https://evil\\"", resource_metadata="https://a"', 'https://a'],
])('reads the resource metadata of %s', (text, expected) => {
  expect(of(text)).toBe(expected);
});

it.each([
  '',
  'Bearer',
  'Bearer error="resource_metadata=https://evil"',
  'DPoP resource_metadata="https://a"',
  'Bearer xresource_metadata="https://a"',
  'Bearer "resource_metadata=x',
  '"""",,,===',
])('finds none in %j', (text) => {
  expect(of(text)).toBeUndefined();
});

it('takes time in proportion to the header', () => {
  const long = ' ,'.repeat(30_000) + '\\'.repeat(30_000) + '"'.repeat(30_000);
  expect(of(`Bearer a="${long}`)).toBeUndefined();
});
