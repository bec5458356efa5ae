// The times of a token's payload for people: ISO 8601, and how far from now ("expired 3 min ago").

export interface TokenTime {
  readonly claim: string;
  /** ISO 8601 in UTC; undefined when the claim is no time that a calendar has. */
  readonly iso: string | undefined;
  readonly relative: string;
}

const PHRASES: Readonly<Record<string, (distance: string, isPast: boolean) => string>> = {
  iat: (distance) => `issued ${distance}`,
  nbf: (distance, isPast) => `${isPast ? 'valid since' : 'not valid before'} ${distance}`,
  exp: (distance, isPast) => `${isPast ? 'expired' : 'expires'} ${distance}`,
  auth_time: (distance) => `signed in ${distance}`,
  updated_at: (distance) => `updated ${distance}`,
};

/** The times that a payload states, in the order in which they happen to a token. */
export function tokenTimes(payload: Readonly<Record<string, unknown>>, nowMs: number): readonly TokenTime[] {
  return Object.entries(PHRASES).flatMap(([claim, phrase]): readonly TokenTime[] => {
    if (!Object.hasOwn(payload, claim)) return [];
    const value = payload[claim];
    const timeMs = typeof value === 'number' ? value * 1000 : NaN;
    if (Number.isNaN(new Date(timeMs).getTime())) return [{ claim, iso: undefined, relative: 'not a time' }];
    return [
      { claim, iso: new Date(timeMs).toISOString(), relative: phrase(distance(timeMs - nowMs), timeMs <= nowMs) },
    ];
  });
}

function distance(offsetMs: number): string {
  const seconds = Math.floor(Math.abs(offsetMs) / 1000);
  if (seconds === 0) return 'now';
  const length = lengthOf(seconds);
  return offsetMs < 0 ? `${length} ago` : `in ${length}`;
}

function lengthOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
