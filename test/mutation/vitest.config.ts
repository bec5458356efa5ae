// The tests that mutants of token verification are tried against: all that judge tokens in this process. Slow ones, and
// those of the built program, would find the same. First comes what is quick (MUTANTS=quick); the whole suite of attacks
// only has to look at what lived.
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { MCPGW_VERSION: '"0.0.0"' },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: [
      'test/attacks/introspection.test.ts',
      ...(process.env['MUTANTS'] === 'quick' ? [] : ['test/attacks/{tokens,good-tokens}.test.ts']),
      'test/unit/token/{jwks-uri,hostile-jwks,verify,strict-json,find-token,reasons}.test.ts',
      'test/unit/token/{jws,introspection,keys,mint}/**/*.test.ts',
      'test/unit/policy/{required-claims,claim-match,key-fit,token-times,deep-equal,rule-name}.test.ts',
      'test/unit/vectors-{token,introspection}.test.ts',
    ],
    // Keys are slow to make, and each mutant starts all over.
    env: { MCPGW_TEST_KEYS: path.join(tmpdir(), 'mcpgw-test-keys') },
    testTimeout: 10_000,
  },
});
