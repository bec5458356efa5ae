// A server that is not to be had when the host opens its session: the host is answered all the same, since one that gets an
// error there shows nothing but "disconnected" and never asks again. Then the server is tried until it is there, and the
// host is told that its lists are other ones now (spec: serve, "The opening message is always answered").
import { setTimeout as sleep } from 'node:timers/promises';
import type { Passed } from '../enforce.js';
import { isObject, UNAUTHORIZED, type Params, type RpcError } from '../json-rpc.js';
import { bridged, type RelayOptions } from '../relay.js';
import type { Opened } from './caller-sessions.js';

/** Revisions of this era, the newest first. */
const OLDEST = '2024-11-05';
const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', OLDEST] as const;

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 5_000;

const LISTS_CHANGED: readonly string[] = ['tools', 'prompts', 'resources'].map((what) =>
  JSON.stringify({ jsonrpc: '2.0', method: `notifications/${what}/list_changed` }),
);

export interface OfflineOpening {
  /** What the server has to agree to later. */
  readonly version: string;
  /** Of the host's `initialize`. */
  readonly result: Params;
}

/** A class because it owns the waiting for the server. */
export class Absence {
  readonly #options: RelayOptions;
  readonly #open: (passed: Passed) => Promise<Opened>;
  #waiting: AbortController | undefined;

  /** @param open opens the session of a caller, or the one that is there */
  constructor(options: RelayOptions, open: (passed: Passed) => Promise<Opened>) {
    this.#options = options;
    this.#open = open;
  }

  /** Undefined for an error that will not pass by itself, and that nobody can mend meanwhile: then it is the answer. */
  begin(error: RpcError, params: Params | undefined): OfflineOpening | undefined {
    if (!isPassing(error)) return undefined;
    const { upstream, version: own, log } = this.#options;
    // Every server of the old transport speaks its revision; of newer ones, nothing says which.
    const version = upstream.transport.known() === 'sse' ? OLDEST : revisionFor(params);
    // What it can do is not known: all that a host may ask for at once.
    const capabilities = { tools: CHANGING, prompts: CHANGING, resources: CHANGING };
    const instructions = `The server ${upstream.name} is not available now: ${error.message}`;
    const serverInfo = { name: upstream.name, version: 'unknown' };
    log.warn(`answered the host without the server: ${error.message}`, { server: upstream.name });
    this.#waiting = new AbortController();
    void this.#wait(this.#waiting.signal);
    return { version, result: bridged({ protocolVersion: version, capabilities, serverInfo, instructions }, own) };
  }

  /** The host was answered without the server, which has not been there yet. */
  isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** A session has opened: what the host has listed while there was none, it lists anew. */
  isOver(): void {
    if (this.#waiting === undefined) return;
    this.close();
    const { log, upstream, toHost } = this.#options;
    log.info('the server is there', { server: upstream.name });
    for (const text of LISTS_CHANGED) void toHost(text);
  }

  /** Nobody waits any more. */
  close(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || (await this.#isThere())) return;
      pauseMs = Math.min(pauseMs * 1.5, LAST_PAUSE_MS);
    }
  }

  /** Asks for the gateway's own caller, where there is one now. */
  async #isThere(): Promise<boolean> {
    const passed = await this.#options.enforcer.check({ isQuiet: true });
    if (passed.verdict === 'refuse') return false;
    const opened = await this.#open(passed);
    if ('error' in opened) return false;
    opened.release();
    this.isOver();
    return true;
  }
}

/** What the host is told that its server speaks, where that is not known: what it asks for itself, if there is such. */
export function revisionFor(params: Params | undefined): string {
  const asked = params?.['protocolVersion'];
  return REVISIONS.find((revision) => revision === asked) ?? REVISIONS[0];
}

/** Of this era. */
export function isRevision(version: unknown): boolean {
  return REVISIONS.some((revision) => revision === version);
}

const CHANGING = { listChanged: true };

/** A login that is missing, a network, a server that says "not now". What somebody has to mend in a configuration is none. */
export function isPassing({ code, data }: RpcError): boolean {
  if (!isObject(data)) return false;
  if (code === UNAUTHORIZED) return typeof data['login'] === 'string';
  const { reason } = data;
  if (typeof reason !== 'string' || LASTING.has(reason)) return false;
  return !reason.startsWith('http-') || /^http-(?:408|429|5\d\d)$/.test(reason);
}

const LASTING: ReadonlySet<string> = new Set([
  'not-mcp',
  'no-result',
  'session-ended',
  'revision',
  'undecided',
  'access',
]);
