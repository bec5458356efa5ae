// Times that are none, are over, or are not yet (RFC 7519 sections 4.1.4 to 4.1.6).
import { collected, each, type Attack, type Attacks, type Stage } from '../stage.js';

export const times = (stage: Stage): Attacks => {
  const now = stage.nowSeconds;
  const claims = (changes: object, reason: string, config?: object): Attack => ({
    reason,
    token: stage.withClaims(changes),
    ...(config && { config: { ...config } }),
  });
  const written = (name: string, text: string): string =>
    stage.withPayloadText(stage.json.replace(new RegExp(`"${name}":\\d+`), `"${name}":${text}`));
  const noNumbers: readonly unknown[] = [String(now + 300), '', 'never', null, true, {}, [], [now + 300]];
  const tooOld = { maxTokenAge: '5m' };
  return collected(
    ['exp', 'nbf', 'iat'].flatMap((name) => [
      ...each(
        noNumbers,
        (value) => `${name} ${JSON.stringify(value)}`,
        (value) => claims({ [name]: value }, 'INVALID_TIME'),
      ),
      ...each(
        ['1e999', '-1e999'],
        (text) => `${name} ${text}`,
        (text) => ({ reason: 'INVALID_TIME', token: written(name, text) }),
      ),
    ]),
    each(
      [0, -0, -1, -1e300, 1e-300, now - 5, now - 3600, now / 1000, 0.5],
      (exp) => `expired: exp ${shown(exp, now)}`,
      (exp) => claims({ exp }, 'EXPIRED'),
    ),
    each(
      [5.001, 6, 3600, 1e300],
      (ahead) => `not valid for another ${ahead} s`,
      (ahead) => ({ ...claims({ nbf: now + ahead }, 'NOT_YET_VALID'), ...edge(ahead) }),
    ),
    each(
      [0, 1],
      (tolerance) => `expired by more than a tolerance of ${tolerance} s`,
      (clockTolerance) => claims({ exp: now - clockTolerance }, 'EXPIRED', { clockTolerance }),
    ),
    each(
      [undefined],
      () => 'no exp where it is required',
      (exp) => claims({ exp }, 'MISSING_CLAIM', { requireExp: true }),
    ),
    each(
      [
        [undefined, 'MISSING_CLAIM'],
        [0, 'INVALID_TIME'],
        [-1, 'INVALID_TIME'],
        [now + 6, 'INVALID_TIME'],
        [now + 1e9, 'INVALID_TIME'],
        [now - 306, 'TOO_OLD'],
        [1, 'TOO_OLD'],
        [0.5, 'TOO_OLD'],
      ] as const,
      ([iat]) => `iat ${shown(iat, now)} under maxTokenAge`,
      ([iat, reason]) => ({ ...claims({ iat }, reason, tooOld), ...edge((iat ?? 0) - now) }),
    ),
  );
};

/** Names of attacks do not change from run to run. */
function shown(time: number | undefined, now: number): string {
  if (time === undefined) return 'missing';
  if (Object.is(time, -0)) return '-0';
  return time > 1e6 && time < 1e12 ? `now${time < now ? '' : '+'}${time - now}` : String(time);
}

function edge(ahead: number): { readonly isAtTheEdge?: true } {
  return ahead > 0 && ahead < 3600 ? { isAtTheEdge: true } : {};
}
