// `Retry-After` in both its forms, and all that is neither.
import { expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/gateway/retry-after.js';

const NOW_MS = Date.parse('2026-11-26T10:00:00Z');

it.each<[string | undefined, number | undefined]>([
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['Thu, 26 Nov 2026 10:00:05 GMT', 5_000],
  ['Thu, 26 Nov 2026 09:00:00 GMT', 0],
  [undefined, undefined],
  ['', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['9999999999', undefined],
  ['soon', undefined],
  ['2026-11-26T10:00:05Z', undefined],
  ['Thu, 99 Nov 2026 10:00:05 GMT', undefined],
])('reads %j as %j ms', (value, ms) => {
  expect(retryAfterMs(value, NOW_MS)).toBe(ms);
});
