import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolvedView } from '../../../src/config/resolved-view.js';
import type { GatewayPolicy } from '../../../src/policy/model.js';
import { memoryKeychain } from '../../support/memory-keychain.js';
import { anyConfig, byReference, literally, type Written } from './any-config.js';
import { checkText, type World } from './check-text.js';

interface Shown {
  readonly text: string;
  readonly policy: GatewayPolicy;
}

/** Undefined for a configuration that has an error. */
async function shownOf(text: string, world: World = {}): Promise<Shown | undefined> {
  const { policy, source } = await checkText(text, world);
  if (policy === undefined || source === undefined) return undefined;
  return { text: JSON.stringify(resolvedView({ source, policy }), undefined, 2), policy };
}

const worldOf = ({ env, files, keychain }: Written): World => ({ env, files, keychain: memoryKeychain(keychain) });

/** What a policy means, but for its form and what is configured about signed identities. */
function meaning({ servers, clientHeaders }: GatewayPolicy): unknown {
  return JSON.parse(JSON.stringify({ servers, clientHeaders }));
}

test('what a reference gave is never shown, nor anything that follows from it', async () => {
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(anyConfig({ secrets: true }), async (config) => {
      const [one, other] = [byReference(config, 'one'), byReference(config, 'other')];
      const shown = await shownOf(one.text, worldOf(one));
      const shownOther = await shownOf(other.text, worldOf(other));
      fc.pre(shown !== undefined && shownOther !== undefined);
      judged += 1;
      expect(shown.text).not.toContain('sentinel');
      expect(shownOther.text).toBe(shown.text);
    }),
    { numRuns: 500 },
  );
  expect(judged).toBeGreaterThan(400);
});

test('a reference that is not looked up is shown by its label, without its default', async () => {
  await fc.assert(
    fc.asyncProperty(anyConfig({ secrets: true }), async (config) => {
      const { text } = byReference(config, 'one');
      const shown = await shownOf(text, { resolveReferences: false });
      fc.pre(shown !== undefined);
      expect(shown.text).not.toContain('sentinel');
      expect(shown.text).not.toMatch(/:-|•/);
      const labels = (all: string): readonly string[] => all.match(/\$\{(?!literal)[^}]*\}/g) ?? [];
      const written = labels(text).map((label) => label.replace(/:-[^}]*/, ''));
      expect(written).toEqual(expect.arrayContaining([...labels(shown.text)]));
    }),
    { numRuns: 300 },
  );
});

test('what is shown of a configuration without secrets means the same, and is shown as it is', async () => {
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(anyConfig({ secrets: false }), async (config) => {
      const shown = await shownOf(literally(config));
      fc.pre(shown !== undefined);
      judged += 1;
      expect(shown.text).not.toContain('•');
      const again = await shownOf(shown.text);
      expect(again && meaning(again.policy)).toEqual(meaning(shown.policy));
      expect(again?.text).toBe(shown.text);
    }),
    { numRuns: 500 },
  );
  expect(judged).toBeGreaterThan(400);
});

test('any text without a reference and without a credential is read back as it was', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('$', '{', '}', 'a', '"')).map((all) => all.join('')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (audience) => {
      const config = {
        user_identity_forwarding: { method: 'bearer', audience: audience.replaceAll('${', () => '$${') },
      };
      const shown = await shownOf(JSON.stringify(config));
      const again = await shownOf(shown?.text ?? '');
      fc.pre(shown?.text.includes('•') === false);
      expect(again?.policy.servers[0]?.identity?.audience).toBe(audience);
    }),
    { numRuns: 500 },
  );
});
