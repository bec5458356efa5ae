// The tests that mutants of token verification are tried against: all that judge tokens in this process. Slow ones, and
// those of the built program, would find the same.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { MCPGW_VERSION: '"0.0.0"' },
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: [
      'test/attacks/{tokens,good-tokens,introspection}.test.ts',
      'test/unit/token/{jwks-uri,hostile-jwks,verify,strict-json,find-token,reasons}.test.ts',
      'test/unit/token/{jws,introspection,keys}/**/*.test.ts',
      'test/unit/policy/{required-claims,claim-match,key-fit,token-times,deep-equal}.test.ts',
      'test/unit/vectors-{token,introspection}.test.ts',
    ],
    testTimeout: 10_000,
  },
});
