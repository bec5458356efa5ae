import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/secret/redact.js';

describe('redact', () => {
  it('takes time in proportion to the text, whatever the text is', () => {
    for (const piece of [
      'a.',
      'a-',
      'a+b.',
      'x:',
      'code=',
      'Bearer ',
      'eyJaaaaaaaa.',
      'eyJ-',
      '://a:',
      'code" ',
      'sk-',
      'sk-a1',
      'AIza ',
      '-----BEGIN A ',
      '-----BEGIN PRIVATE KEY-----',
      'code":"',
      '"secret":"\\',
    ])
      // What took the square of it would not end before the test has to.
      expect(redact(piece.repeat(400_000)).length).toBeGreaterThan(0);
  });
});
