import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkText } from './check-text.js';

/** Words that lead into the schema more often than arbitrary ones. */
const words = fc.oneof(
  fc.constantFrom(
    'mcpServers',
    'mcp_integration_details',
    'configurations',
    'url',
    'command',
    'jwt_validation',
    'jwks',
    'keys',
    'claimValues',
    'values',
    'matchType',
    'headers',
    'forward_headers',
    'mode',
    'lint',
    'tools',
    'allowed',
    'null',
    'user_identity_forwarding',
    'method',
    'tool_authorization',
    'required_claims',
    'external_auth_config',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'x-a',
    '$schema',
    'authorization_params',
    'kty',
    'n',
  ),
  fc.string({ unit: 'binary' }),
);
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(
      words,
      fc.constantFrom('regex', 'exact', 'all-except', '${A}', '(', 'https://a', 'RSA'),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(words, tie('value'), { maxKeys: 5 }),
  ),
})).value;

const worlds = fc.record({ trusted: fc.boolean(), resolveReferences: fc.boolean(), lint: fc.constant(true) });

test('any JSON gives a policy or errors, and never throws', async () => {
  await fc.assert(
    fc.asyncProperty(values, worlds, async (value, world) => {
      const { policy, diagnostics } = await checkText(JSON.stringify(value) ?? 'null', world);
      const hasError = diagnostics.some(({ severity }) => severity === 'error');
      expect(policy === undefined).toBe(hasError);
    }),
    { numRuns: 2000 },
  );
});

test('any text gives a policy or errors, and never throws', async () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', 'a', '1', '/*', '//', '\n', 'null', '\uFEFF'), {
        maxLength: 60,
      })
      .map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(texts, worlds, async (text, world) => {
      const { policy, diagnostics } = await checkText(text, world);
      expect(policy === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      for (const { place } of diagnostics) {
        expect(place.line).toBeGreaterThan(0);
        expect(place.column).toBeGreaterThan(0);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a document of any depth is refused or read, and never throws', async () => {
  for (const depth of [50, 101, 100_000]) {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const { diagnostics } = await checkText(open.repeat(depth) + '1' + close.repeat(depth));
      expect(diagnostics.length).toBeGreaterThan(0);
    }
    expect((await checkText('['.repeat(depth))).policy).toBeUndefined();
  }
});
