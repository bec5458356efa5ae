import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { mask, reveal, Secret } from '../../../src/secret/secret.js';

const secret = new Secret('hunter2');

test('a secret gives its value to whoever asks for it by name', () => {
  expect(secret.reveal()).toBe('hunter2');
  expect(reveal(secret)).toBe('hunter2');
  expect(reveal('plain')).toBe('plain');
});

test.each([
  ['in a template', `shown: ${secret as unknown as string}`],
  ['joined', [secret].join()],
  ['as JSON', JSON.stringify({ secret })],
  ['inspected', inspect({ deep: [secret] }, { depth: 9, showHidden: true })],
  ['as an error', String(new Error('failed', { cause: secret }).cause)],
  ['by its keys', JSON.stringify(Object.getOwnPropertyDescriptors(secret))],
  ['copied', JSON.stringify(Object.assign({}, secret))],
  ['masked for people', mask(secret)],
])('a secret does not show its value %s', (_how, shown) => {
  expect(shown).not.toContain('hunter2');
});
