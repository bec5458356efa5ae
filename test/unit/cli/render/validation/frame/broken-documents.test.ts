// A configuration full of credentials, damaged at random near one of them until it is no JSON any more: whatever the
// parser makes of it, nothing shows one.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeFrames } from '../../../../../../src/cli/render/validation/frame/code-frame.js';
import { checkText } from '../../../../config/check-text.js';

const SENTINEL = 's3nt1nel';

const DOCUMENT = `{
  // note s3nt1nel-1
  "mcpServers": {
    "linear": {
      "url": "https://mcp.example.com/mcp?key=s3nt1nel-2-0123456789abcdef",
      "headers": { "Authorization": "Bearer s3nt1nel-3", "X-Key": "s3nt1nel-4" },
      "timeout_ms": 5000,
      "external_auth_config": { "issuer": "https://idp.example.com", "client_id": "gw", "client_secret": "s3nt1nel-5",
        "client_assertion_key": { "kty": "EC", "d": "s3nt1nel-6" }, "client_secrt": "s3nt1nel-7" },
      "header_command": { "command": ["get", "s3nt1nel-8"] }
    }
  },
  "identity_signing_key": "s3nt1nel-9"
}
`;

const places = [...DOCUMENT.matchAll(/s3nt1nel-\d/g)].map(({ index }) => index);

const damage = fc.record({
  near: fc.constantFrom(...places),
  // From the key before the credential to what follows it.
  by: fc.integer({ min: -16, max: 16 }),
  removed: fc.integer({ min: 0, max: 2 }),
  inserted: fc.constantFrom(
    '',
    '"',
    ':',
    ',',
    '{',
    '}',
    '[',
    ']',
    '\\',
    '\n',
    '/',
    '*',
    "'",
    ' ',
    'x',
    '1',
    '":"',
    '","',
  ),
});

test('a broken document shows no credential, wherever it is broken', async () => {
  let frames = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 5 }), async (damages) => {
      const text = damages.reduce(damaged, DOCUMENT);
      const { diagnostics } = await checkText(text, { lint: true });
      // Of one that is valid, keys are shown, and the damage may have made a key of a credential.
      if (!diagnostics.some(({ code }) => code === 'MCPGW100')) return;
      const report = { file: 'a', text, diagnostics };
      const frameOf = (await codeFrames([report], { color: false, columns: 160 }))(report);
      const shown = diagnostics.flatMap((diagnostic) => [JSON.stringify(diagnostic), ...frameOf(diagnostic)]);
      frames += shown.filter((line) => line.includes('^')).length;
      expect(shown.filter((line) => line.includes(SENTINEL))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
  expect(frames).toBeGreaterThan(500);
});

function damaged(
  text: string,
  { near, by, removed, inserted }: { near: number; by: number; removed: number; inserted: string },
): string {
  const at = near + by;
  return text.slice(0, at) + inserted + text.slice(at + removed);
}
