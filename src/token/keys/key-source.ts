// Where keys come from, and when they are fetched again (spec: token rules, "Fetching keys"). The state of a source
// (its keys, when they came, the fetch under way) belongs to the object that the factory returns.
import type { Host } from '../../host.js';
import type { Log } from '../../log.js';
import { shownOrigin } from '../../net/fetchable-url.js';
import { getJson, type JsonAnswer } from '../../net/http.js';
import type { JwksSource } from '../../policy/model.js';
import { freshnessSeconds } from './cache-control.js';
import { createKeySet, type KeySet } from './key-set.js';

export type ObtainedKeys =
  | { readonly ok: true; readonly keys: KeySet }
  | { readonly ok: false; /** One clause: what failed. */ readonly message: string };

export interface KeySource {
  /** How many fetches were ever begun: what a token notes when its own verification begins. */
  readonly fetchesBegun: () => number;
  /** The keys that may be used now without a fetch, if any. */
  readonly current: () => KeySet | undefined;
  /** `current`, else fetched; the last known ones while they may be used and the source is down. */
  readonly obtain: () => Promise<ObtainedKeys>;
  /**
   * Newer keys than `tried`, for a token that `tried` could not verify; the same when there are none. `since` is the
   * token's `fetchesBegun`: keys that were fetched for this very token are not fetched again.
   */
  readonly renew: (tried: KeySet, since: number) => Promise<ObtainedKeys>;
}

export interface KeySourceOptions {
  readonly source: JwksSource;
  readonly host: Pick<Host, 'now' | 'fetch'>;
  readonly log: Log | undefined;
}

/** Tokens that no key verifies cause one fetch in this time, and so does a source that is down while its keys last. */
const RETRY_INTERVAL_MS = 30_000;

/** A failure that is older says nothing of the source as it is now. */
const FAILURE_COUNTS_MS = 2 * RETRY_INTERVAL_MS;

/** An issuer has a handful; each token would pay for a set of very many. */
const MAX_KEYS = 1000;

export function createKeySource({ source, host, log }: KeySourceOptions): KeySource {
  switch (source.kind) {
    case 'jwks':
      return fixedKeys(createKeySet(source.keys));
    case 'jwksUri':
      return new RemoteKeys({ url: source.url, cacheMaxAgeMs: source.cacheMaxAgeSeconds * 1000, host, log });
  }
}

function fixedKeys(keys: KeySet): KeySource {
  const obtained = Promise.resolve({ ok: true, keys } as const);
  return { fetchesBegun: () => 0, current: () => keys, obtain: () => obtained, renew: () => obtained };
}

interface RemoteOptions {
  readonly url: string;
  readonly cacheMaxAgeMs: number;
  readonly host: Pick<Host, 'now' | 'fetch'>;
  readonly log: Log | undefined;
}

/** What the last successful fetch brought. */
interface Fetched {
  readonly keys: KeySet;
  /** The answer as it came: the same answer stays the same set, and what it verified stays verified. */
  readonly text: string;
  /** What the source is asked with whether they are still the same (RFC 9110 section 13.1). */
  readonly validators: Readonly<Record<string, string>>;
  readonly atMs: number;
  readonly freshForMs: number;
  /** The number of its fetch, from 1. */
  readonly fetchNumber: number;
}

class RemoteKeys implements KeySource {
  readonly #options: RemoteOptions;
  #fetched: Fetched | undefined;
  #underWay: Promise<ObtainedKeys> | undefined;
  #fetches = 0;
  #failure: { readonly atMs: number; readonly message: string } | undefined;
  #renewedAtMs: number | undefined;

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  fetchesBegun = (): number => this.#fetches;

  current = (): KeySet | undefined => {
    const fetched = this.#fetched;
    if (fetched === undefined) return undefined;
    if (this.#isWithin(fetched.atMs, fetched.freshForMs)) return fetched.keys;
    // The source is down and was asked a moment ago: the last keys go on, as long as they may.
    return this.#failure !== undefined && this.#isWithin(this.#failure.atMs, RETRY_INTERVAL_MS)
      ? this.#usable()
      : undefined;
  };

  obtain = async (): Promise<ObtainedKeys> => {
    const current = this.current();
    if (current !== undefined) return { ok: true, keys: current };
    const outcome = this.#fetch();
    // Nobody waits for a source that was down a moment ago, as long as the last keys may be used.
    const usable = this.#usable();
    const isDown = this.#failure !== undefined && this.#isWithin(this.#failure.atMs, FAILURE_COUNTS_MS);
    if (usable !== undefined && isDown) return { ok: true, keys: usable };
    const fetched = await outcome;
    return fetched.ok || usable === undefined ? fetched : { ok: true, keys: usable };
  };

  renew = async (tried: KeySet, since: number): Promise<ObtainedKeys> => {
    const fetched = this.#fetched;
    if (fetched !== undefined && (fetched.keys !== tried || fetched.fetchNumber > since)) {
      return { ok: true, keys: fetched.keys };
    }
    if (this.#underWay !== undefined) return this.#underWay;
    if (this.#failure !== undefined && this.#fetches > since) return { ok: false, message: this.#failure.message };
    if (this.#renewedAtMs !== undefined && this.#isWithin(this.#renewedAtMs, RETRY_INTERVAL_MS)) {
      return this.#failure === undefined ? { ok: true, keys: tried } : { ok: false, message: this.#failure.message };
    }
    this.#renewedAtMs = this.#options.host.now();
    return this.#fetch();
  };

  /** The last keys while they are not older than the configuration allows. */
  #usable(): KeySet | undefined {
    const fetched = this.#fetched;
    return fetched !== undefined && this.#isWithin(fetched.atMs, this.#options.cacheMaxAgeMs)
      ? fetched.keys
      : undefined;
  }

  /** A clock that was set back makes everything old rather than young for ever. */
  #isWithin(atMs: number, durationMs: number): boolean {
    const ageMs = this.#options.host.now() - atMs;
    return ageMs >= 0 && ageMs < durationMs;
  }

  /** One fetch at a time, shared by all who wait. */
  #fetch(): Promise<ObtainedKeys> {
    this.#underWay ??= this.#fetchNow().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #fetchNow(): Promise<ObtainedKeys> {
    const { url, host } = this.#options;
    const previous = this.#fetched;
    const begun = { atMs: host.now(), fetchNumber: ++this.#fetches };
    const answer = await getJson({ fetch: host.fetch, url, ...(previous && { headers: previous.validators }) });
    if (!answer.ok && answer.status === 304 && previous !== undefined && hasMember(previous.validators)) {
      // One that says nothing of its time leaves what was said before (RFC 9111 section 4.3.4).
      const isSilent = answer.headers?.get('cache-control') === null;
      const freshForMs = isSilent ? previous.freshForMs : this.#freshForMs(answer.headers);
      return this.#accept({ ...previous, ...begun, freshForMs });
    }
    const keys = answer.ok ? answer.body['keys'] : undefined;
    if (!answer.ok || !Array.isArray(keys) || keys.length > MAX_KEYS) {
      return this.#fail(begun.atMs, whyNoKeys(answer, url));
    }
    return this.#accept({
      ...begun,
      keys: previous?.text === answer.text ? previous.keys : createKeySet(keys, previous?.keys),
      text: answer.text,
      validators: validatorsOf(answer.headers),
      freshForMs: this.#freshForMs(answer.headers),
    });
  }

  #accept(fetched: Fetched): ObtainedKeys {
    this.#failure = undefined;
    this.#fetched = fetched;
    const { keys, freshForMs } = fetched;
    this.#options.log?.debug('keys fetched', { keys: keys.entries.length, freshForSeconds: freshForMs / 1000 });
    return { ok: true, keys };
  }

  #fail(atMs: number, message: string): ObtainedKeys {
    this.#failure = { atMs, message };
    const keysInUse = this.#usable() !== undefined;
    this.#options.log?.warn('keys could not be fetched', { why: message, keysInUse });
    return { ok: false, message };
  }

  #freshForMs(headers: Headers | undefined): number {
    const seconds = freshnessSeconds(headers?.get('cache-control') ?? null);
    return Math.min(this.#options.cacheMaxAgeMs, seconds * 1000);
  }
}

function whyNoKeys(answer: JsonAnswer, url: string): string {
  if (!answer.ok) return answer.message;
  const origin = shownOrigin(new URL(url));
  return Array.isArray(answer.body['keys'])
    ? `${origin} answered with more than ${MAX_KEYS} keys`
    : `${origin} did not answer with a JWK set`;
}

function validatorsOf(headers: Headers): Readonly<Record<string, string>> {
  const etag = headers.get('etag');
  const modified = headers.get('last-modified');
  return {
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(modified === null ? {} : { 'if-modified-since': modified }),
  };
}

function hasMember(object: object): boolean {
  return Object.keys(object).length > 0;
}
