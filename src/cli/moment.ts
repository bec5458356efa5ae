// A moment that somebody wrote down, in ISO 8601. A date means its midnight in UTC; a time must say its offset, or two
// machines would judge differently.

const MOMENT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/i;

/** Milliseconds since the epoch; undefined when it is no moment. */
export function readMoment(text: string): number | undefined {
  const ms = MOMENT.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  return !Number.isNaN(ms) && isCalendarDay(text.slice(0, 10)) ? ms : undefined;
}

/** `Date.parse` takes 31 February for 3 March. */
function isCalendarDay(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}
