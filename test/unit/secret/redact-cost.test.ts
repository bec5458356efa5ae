import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/secret/redact.js';

describe('redact', () => {
  it('takes time in proportion to the text, whatever the text is', () => {
    const began = performance.now();
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
      redact(piece.repeat(20_000));
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
