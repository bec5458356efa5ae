// The requests of one run of `validate --online`: GETs without credentials, cookies or anything else of the
// configuration's but the URL itself. Each URL is asked once a run, however many servers and files name it; a few at a
// time, and nothing new once the run has taken its time (spec: token rules, "Fetching keys").
import { createSlots } from '../../../gateway/slots.js';
import type { Host } from '../../../host.js';
import { shownOrigin } from '../../../net/fetchable-url.js';
import { getJson, type JsonAnswer } from '../../../net/http.js';
import { reach, type Reached } from './reach.js';

export interface OnlineLimits {
  /** For one exchange, from connecting to the last byte. */
  readonly timeoutMs: number;
  /** From the first question on; after that nothing more is asked. */
  readonly runMs: number;
  /** Exchanges at a time. */
  readonly atOnce: number;
}

export const ONLINE_LIMITS: OnlineLimits = { timeoutMs: 5000, runMs: 60_000, atOnce: 6 };

/** When an exchange took place, by this machine's clock. */
export interface Timing {
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface Network {
  /** One JSON object, under the limits of `getJson`. */
  readonly document: (url: string) => Promise<JsonAnswer & Timing>;
  /** Whether anybody answers, and how; the body is not read. */
  readonly reach: (url: string) => Promise<Reached & Timing>;
}

export interface NetworkOptions {
  readonly host: Pick<Host, 'fetch' | 'now'>;
  readonly limits?: OnlineLimits;
}

/** INVARIANT: callers give only URLs that may be asked: they are not judged again here. */
export function openNetwork({ host, limits = ONLINE_LIMITS }: NetworkOptions): Network {
  const { fetch } = host;
  const { timeoutMs } = limits;
  const slots = createSlots(limits.atOnce);
  const beganMs = host.now();
  const once = <T extends object>(ask: (url: string) => Promise<T>, late: (message: string) => T) => {
    const asked = new Map<string, Promise<T & Timing>>();
    const exchange = async (url: string): Promise<T & Timing> => {
      const startedMs = host.now();
      const isLate = startedMs - beganMs >= limits.runMs;
      const origin = shownOrigin(new URL(url));
      const outcome = isLate ? late(`${origin} was not asked any more: the run took too long`) : await ask(url);
      return { ...outcome, startedMs, endedMs: host.now() };
    };
    return (text: string): Promise<T & Timing> => {
      const url = addressOf(text);
      const known = asked.get(url) ?? slots.use(() => exchange(url));
      asked.set(url, known);
      return known;
    };
  };
  return {
    document: once<JsonAnswer>(
      (url) => getJson({ fetch, url, timeoutMs }),
      (message) => ({ ok: false, failure: 'timeout', message }),
    ),
    reach: once<Reached>(
      (url) => reach({ fetch, url, timeoutMs }),
      (message) => ({ ok: false, message }),
    ),
  };
}

/** One spelling for each URL, and without the fragment, which never travels. */
function addressOf(text: string): string {
  const url = new URL(text);
  url.hash = '';
  return url.href;
}
