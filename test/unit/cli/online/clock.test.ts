import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clockDifferenceSeconds } from '../../../../src/cli/online/checks/clock.js';
import { generateKey, type SigningKey } from '../../../support/jwt.js';
import { json } from '../../../support/loopback-http.js';
import { askOnline, brief, startSite, type Site } from '../../../support/online-stage.js';

const NOON_MS = Date.parse('2026-03-01T12:00:00Z');
const NOON = 'Sun, 01 Mar 2026 12:00:00 GMT';

describe('the difference of two clocks', () => {
  const difference = (headers: Record<string, string>, startedMs: number, endedMs = startedMs): number | undefined =>
    clockDifferenceSeconds({
      headers: new Headers(headers),
      startedMs: NOON_MS + startedMs,
      endedMs: NOON_MS + endedMs,
    });

  it.each([
    ['the same second', 0, 999],
    ['an exchange that began long before', -60_000, 500],
    ['an exchange that ended long after', 0, 60_000],
    ['the second before the answer came', -4000, 0],
  ])('is none for %s', (_name, startedMs, endedMs) => {
    expect(difference({ date: NOON }, startedMs, endedMs)).toBe(0);
  });

  it('is what neither the round trip nor the fraction of a second explains', () => {
    expect(difference({ date: NOON }, 8000, 9000)).toBe(7);
    expect(difference({ date: NOON }, -9000, -8000)).toBe(-8);
  });

  it.each([
    ['as old as it may be', 3_602_000],
    ['just as old as its Age', 3_600_500],
    ['somewhere between', 1_800_000],
    ['fresh: the cache wrote its own Date', 500],
    ['of this very second', 0],
  ])('is none for an answer out of a cache that is %s', (_name, startedMs) => {
    expect(difference({ date: NOON, age: '3600' }, startedMs)).toBe(0);
  });

  it('is what not even the time in a cache explains', () => {
    expect(difference({ date: NOON, age: '3600' }, 3_607_000)).toBe(5);
    expect(difference({ date: NOON, age: '3600' }, -5000)).toBe(-5);
    expect(difference({ date: NOON, age: '00' }, 8000)).toBe(7);
  });

  it.each(['', 'soon', '1', 'foo 1', '2026-03-01T12:00:00Z', 'Xyz, 99 Foo 2026 12:00:00 GMT', NOON.toLowerCase()])(
    'is unknown for the Date %j',
    (date) => {
      expect(difference({ date }, 0)).toBeUndefined();
    },
  );

  it('is unknown without a Date, and with an Age that is no number', () => {
    expect(difference({}, 0)).toBeUndefined();
    expect(difference({ date: NOON, age: '-1' }, 0)).toBeUndefined();
  });
});

describe('a clock that is wrong', () => {
  let key: SigningKey;
  let site: Site;
  beforeAll(() => {
    key = generateKey('RS256', 'k1');
  });
  beforeEach(async () => {
    site = await startSite();
  });
  const at = (date: string): void => site.on('/jwks', json({ keys: [key.jwk] }, { date }));
  const hour = 3_600_000;
  const config = (changes: object = {}) => ({ jwt_validation: { jwksUri: `${site.origin}/jwks`, ...changes } });

  it.each([
    [-hour, 'ahead of'],
    [hour, 'behind'],
  ])('by %i ms is a warning with its direction', async (offsetMs, side) => {
    at(new Date(Date.now() + offsetMs).toUTCString());
    const found = await askOnline(config());
    expect(brief(found)).toEqual(['MCPGW209 warning /jwt_validation/jwksUri']);
    expect(found[0]?.message).toMatch(new RegExp(`clock is 3(?:59\\d|600) s ${side} that of ${site.origin}`));
    expect(site.calls).toEqual(['GET /jwks']);
  });

  it('is not found when clockTolerance allows it', async () => {
    at(new Date(Date.now() + hour).toUTCString());
    expect(await askOnline(config({ clockTolerance: 3700 }))).toEqual([]);
  });

  it('is not found in what a cache between gave a Date of its own, and is when even that is ahead', async () => {
    const kept = (date: number) =>
      json({ keys: [key.jwk] }, { date: new Date(date).toUTCString(), age: String(hour / 1000) });
    site.on('/jwks', kept(Date.now()));
    expect(await askOnline(config())).toEqual([]);
    site.on('/jwks', kept(Date.now() - hour));
    expect(await askOnline(config())).toEqual([]);
    site.on('/jwks', kept(Date.now() + hour));
    expect(brief(await askOnline(config()))).toEqual(['MCPGW209 warning /jwt_validation/jwksUri']);
  });

  it('is not found in an answer with a Date that is none', async () => {
    at('yesterday');
    expect(await askOnline(config())).toEqual([]);
  });

  it('is found in the answer of an introspection endpoint, once for all', async () => {
    site.on('/', json({}, { date: new Date(Date.now() + hour).toUTCString() }));
    const introspection = { introspectEndpoint: `${site.origin}/introspect`, introspectClientId: 'x' };
    const found = await askOnline({ jwt_validation: introspection });
    expect(brief(found)).toEqual(['MCPGW209 warning /jwt_validation/introspectEndpoint']);
    expect(site.calls).toEqual(['GET /']);
  });
});
