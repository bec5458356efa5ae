// Durations as `maxTokenAge` has them (spec: token rules, "Fields").

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `"30s"`, `"5m"`, `"12h"`, `"1d"`; undefined for every other text, and for no time at all. */
export function durationSeconds(text: string): number | undefined {
  const [, digits, unit = ''] = /^([0-9]{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNIT_SECONDS[unit] ?? Number.NaN);
  return seconds > 0 ? seconds : undefined;
}
