// The reference gateway's own outputs in the areas of claims and times (test/fixtures/vectors), each through a real
// configuration: the same in substance, or where the reference is marked as wrong, what the specification says.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check.js';
import { nodeHost } from '../../src/host.js';
import type { FailedCheck } from '../../src/policy/failed-check.js';
import type { TokenRules } from '../../src/policy/model.js';
import type { Claims } from '../../src/policy/principal.js';
import { claimFailures } from '../../src/policy/required-claims.js';
import { timeFailures } from '../../src/policy/token-times.js';
import { generateKey } from '../support/jwt.js';

interface Outcome {
  readonly valid?: boolean;
  readonly failed?: readonly string[];
  readonly missing?: readonly string[];
  readonly mismatched?: readonly string[];
  readonly expired?: boolean;
  readonly error?: string;
  readonly __configError?: string;
}

interface Vector {
  readonly id: string;
  readonly area: string;
  readonly input: {
    readonly header?: Claims;
    readonly payload: Claims;
    readonly required?: readonly string[];
    readonly claimValues?: object;
    readonly keys?: readonly string[];
    readonly clockTolerance?: number | '__undefined__';
    readonly now?: number;
  };
  readonly output: Outcome;
  readonly note: string;
  readonly deviate?: boolean;
  readonly expected_better?: Outcome;
}

const file = readFileSync(new URL('../fixtures/vectors/reference.json', import.meta.url), 'utf8');
const vectors: readonly Vector[] = JSON.parse(file);

/** Where the reference is wrong and the vectors do not say what is right: the specification does. */
const BY_SPECIFICATION: Readonly<Record<string, Outcome>> = {
  // `scope` splits on U+0020 alone, so "mcp:write\tx" is one element.
  'claimValues-16': { valid: false, failed: ['scope'] },
  // Only the claims named scope and scp split; names are case-sensitive.
  'claimValues-17': { valid: false, failed: ['Scope'] },
  'claimValues-30': { __configError: 'a bad pattern' },
  // A token without exp is accepted unless requireExp is set.
  'checkTokenExpiry-01': { expired: false },
};

/** Where the specification refuses the configuration that the reference runs, to the same end: nothing passes. */
const REFUSED_EARLIER: ReadonlySet<string> = new Set(['claimValues-24']);

const jwks = { keys: [generateKey('RS256', 'k').jwk] };

async function rulesOf(jwtValidation: object): Promise<TokenRules | undefined> {
  const { policy, diagnostics } = await checkConfig({
    host: nodeHost(),
    file: 'vector.json',
    text: JSON.stringify({ jwt_validation: { jwks, ...jwtValidation } }),
    directory: '/',
    resolveReferences: true,
    trusted: true,
    lint: false,
  });
  if (policy === undefined)
    expect(diagnostics.every(({ pointer }) => pointer.startsWith('/jwt_validation'))).toBe(true);
  return policy?.servers[0]?.tokenRules;
}

const expectedOf = (vector: Vector): Outcome =>
  BY_SPECIFICATION[vector.id] ?? (vector.deviate === true ? (vector.expected_better ?? vector.output) : vector.output);

const inArea = (area: string): readonly (readonly [string, Vector])[] =>
  vectors.filter((vector) => vector.area === area).map((vector) => [`${vector.id}: ${vector.note}`, vector]);

/** `aud (exact match requires single value, got 2)` → `aud`. */
const namesOf = (failed: readonly string[] = []): readonly string[] => failed.map((text) => text.split(' (')[0] ?? '');

function claimsIn(failures: readonly FailedCheck[]): readonly string[] {
  return failures.flatMap(({ claims = [] }) => claims);
}

describe('the vectors', () => {
  it('say what is right wherever the reference is wrong', () => {
    const areas = ['claimValues', 'requiredClaims', 'headerPayloadMatch', 'checkTokenExpiry'];
    const ours = vectors.filter(({ area }) => areas.includes(area));
    expect(ours.length).toBe(48);
    const silent = ours.filter(
      ({ id, deviate, expected_better }) => deviate && !expected_better && !BY_SPECIFICATION[id],
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
  });
});

describe('claimValues', () => {
  it.each(inArea('claimValues'))('%s', async (_name, vector) => {
    const expected = expectedOf(vector);
    const rules = await rulesOf({ claimValues: vector.input.claimValues });
    if (Object.hasOwn(expected, '__configError') || REFUSED_EARLIER.has(vector.id)) {
      expect(rules).toBeUndefined();
      return;
    }
    if (rules === undefined) throw new Error('the configuration was refused');
    const failures = claimFailures({ rules, claims: vector.input.payload, header: undefined });
    expect({ valid: failures.length === 0, failed: claimsIn(failures) }).toEqual({
      valid: expected.valid,
      failed: namesOf(expected.failed),
    });
  });
});

describe('requiredClaims', () => {
  it.each(inArea('requiredClaims'))('%s', async (_name, vector) => {
    const expected = expectedOf(vector);
    const rules = await rulesOf({ requiredClaims: vector.input.required });
    if (rules === undefined) throw new Error('the configuration was refused');
    const failures = claimFailures({ rules, claims: vector.input.payload, header: undefined });
    expect({ valid: failures.length === 0, missing: claimsIn(failures) }).toEqual({
      valid: expected.valid,
      missing: expected.missing ?? [],
    });
  });
});

describe('headerPayloadMatch', () => {
  it.each(inArea('headerPayloadMatch'))('%s', async (_name, vector) => {
    const expected = expectedOf(vector);
    const rules = await rulesOf({ headerPayloadMatch: vector.input.keys });
    if (rules === undefined) throw new Error('the configuration was refused');
    const failures = claimFailures({ rules, claims: vector.input.payload, header: vector.input.header });
    expect({ valid: failures.length === 0, mismatched: claimsIn(failures) }).toEqual({
      valid: expected.valid,
      mismatched: expected.mismatched ?? [],
    });
  });
});

describe('checkTokenExpiry', () => {
  it.each(inArea('checkTokenExpiry'))('%s', async (_name, vector) => {
    const expected = expectedOf(vector);
    const { payload, clockTolerance, now = 0 } = vector.input;
    const rules = await rulesOf(clockTolerance === '__undefined__' ? {} : { clockTolerance });
    if (rules === undefined) throw new Error('the configuration was refused');
    const [failure] = timeFailures({ payload, rules, nowMs: now * 1000 });
    expect(failure !== undefined).toBe(expected.expired);
    // "Token has expired" of the reference is "Token is expired" here; what is no time is invalid rather than expired.
    if (expected.error === 'Token has expired' && typeof payload['exp'] === 'number') {
      expect(failure?.message).toBe('Token is expired');
    }
  });
});
