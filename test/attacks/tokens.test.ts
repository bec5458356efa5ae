// No token of an attacker's making is accepted: not at first sight, not from memory, not when explained, by whatever
// source the keys come; each is refused for what it is, and nothing of it is shown.
import { beforeAll, describe, expect, it } from 'vitest';
import type { TokenRules } from '../../src/policy/model.js';
import { Secret } from '../../src/secret/secret.js';
import { createTokenVerifier } from '../../src/token/verify.js';
import { policyOf } from '../unit/config/check-text.js';
import { keysFromJson, NOW_MS, NOW_SECONDS } from '../support/jwt.js';
import { attackTokens } from './attack-tokens.js';
import { createStage, SENTINEL, trusted, type Attack } from './stage.js';

/** An attack may not take longer, whatever it is. */
const PATIENCE = { timeout: 5000 };

const stage = createStage(NOW_SECONDS);
const classes = attackTokens(stage);
const JWKS_URI = 'https://idp.example.com/jwks';

/** The rules of a real configuration, for keys from a URI. */
async function rulesOf({ config }: Pick<Attack, 'config'>): Promise<TokenRules> {
  const { servers } = await policyOf({ jwt_validation: { jwksUri: JWKS_URI, ...config } });
  const rules = servers[0]?.tokenRules;
  if (rules === undefined) throw new Error('the configuration of an attack is not valid');
  return rules;
}

function hostWith(keys: readonly unknown[]) {
  const fetched: string[] = [];
  return {
    fetched,
    now: () => NOW_MS,
    fetch: async (input: unknown) => {
      fetched.push(String(input));
      return Response.json({ keys });
    },
  };
}

beforeAll(async () => {
  // The stage itself is sound: its good token passes where the attacks do not.
  const verifier = createTokenVerifier({ rules: await rulesOf({}), host: hostWith(trusted) });
  expect(await verifier.judge(new Secret(stage.good))).toMatchObject({ verdict: 'accepted' });
});

describe.each(Object.entries(classes))('attacks: %s', (_class, attacks) => {
  it.each(Object.entries(attacks))('refuses %s', PATIENCE, async (_name, attack) => {
    const keys = attack.keys ?? trusted;
    const fromUri = await rulesOf(attack);
    const inline: TokenRules = { ...fromUri, source: { kind: 'jwks', keys: keysFromJson(keys) } };
    const token = new Secret(attack.token);
    for (const rules of [inline, fromUri]) {
      const host = hostWith(keys);
      const logged: unknown[] = [];
      const write = (...line: readonly unknown[]): void => void logged.push(line);
      const log = { error: write, warn: write, info: write, debug: write };
      const verifier = createTokenVerifier({ rules, host, log });
      const verdict = await verifier.judge(token);
      expect(verdict).toMatchObject({ verdict: 'rejected', reason: attack.reason });
      // Neither the second look nor the explanation sees it otherwise.
      expect(await verifier.judge(token)).toEqual(verdict);
      const report = await verifier.examine(token);
      expect(report.verdict).toEqual(verdict);
      const shown = JSON.stringify([verdict, report.checks, report.keys, logged]);
      expect(logged.length).toBeGreaterThan(0);
      expect(shown).not.toContain(SENTINEL);
      for (const part of attack.token.split('.')) if (part.length > 20) expect(shown).not.toContain(part);
      // Whatever the token says, the configured source alone is asked, and not once too often.
      expect(host.fetched.filter((url) => url !== JWKS_URI)).toEqual([]);
      expect(host.fetched.length).toBeLessThanOrEqual(rules === inline ? 0 : 2);
    }
  });
});

it('are three hundred and more', () => {
  const counts = Object.entries(classes).map(([name, attacks]) => [name, Object.keys(attacks).length] as const);
  expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThanOrEqual(300);
  for (const [name, count] of counts) expect(`${name}: ${count}`).not.toMatch(/: \d$/);
});
