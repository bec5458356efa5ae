// The lists of several servers as one: each page asks those that have more, and names every entry so that a call finds its
// way back. A server that is late or away is missing from the list, and the host is told when it is there (spec: serve,
// "Several servers in one endpoint").
import { HEADERS_META_KEY } from '../client-headers.js';
import { INVALID_PARAMS, METHOD_NOT_FOUND, metaOf, type Params, type RpcError } from '../json-rpc.js';
import type { Log } from '../../log.js';
import { createComeBack, type ComeBack } from './come-back.js';
import { cursorOf, cursorsIn } from './cursor.js';
import { gather, type Part } from './gather.js';
import {
  KINDS,
  learnEntries,
  namedEntries,
  understood,
  type Kind,
  type Listed,
  type ListMethod,
} from './list-entries.js';
import type { Member, MemberAnswer } from './member.js';
import type { ShownNames } from './shown-names.js';
import type { ShownUris } from './shown-uris.js';

export interface ListsOptions {
  readonly members: readonly Member[];
  readonly names: ShownNames;
  readonly uris: ShownUris;
  readonly log: Log;
  /** Tells the host that it should list anew. */
  readonly onChanged: (what: Listed) => void;
  /** 2026-07-28: results say how long, and for whom, they hold. */
  readonly saysScope: boolean;
}

export interface ListRequest {
  readonly method: ListMethod;
  readonly params: Params;
  readonly signal: AbortSignal;
}

/** `result` is JSON. */
export type ListOutcome = { readonly result: string } | { readonly error: RpcError };

/**
 * A late answer is for the lists that the host asks for next, and no news after this. For more than one of them: two servers
 * that are slow would else be asked in turns, each late again, and the host told of it, for ever.
 */
const KEPT_MS = 60_000;

interface Kept extends Late {
  readonly timer: NodeJS.Timeout;
}

/** A class because it owns what came late, and the waiting for servers that are away. */
export class Lists {
  readonly #options: ListsOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #comeBack: ComeBack;

  constructor(options: ListsOptions) {
    this.#options = options;
    this.#comeBack = createComeBack();
  }

  async list({ method, params, signal }: ListRequest): Promise<ListOutcome> {
    const { members } = this.#options;
    const kind = KINDS[method];
    const cursors = cursorsIn(params['cursor']);
    if (cursors === undefined)
      return { error: { code: INVALID_PARAMS, message: 'the cursor is none of this endpoint' } };
    const wanted = members.filter((member) => {
      return cursors === 'first' ? member.mayHave(kind.what) : cursors.has(this.#tagOf(member));
    });
    const pages = wanted.map((member) => {
      const own = pageParams(params, cursors === 'first' ? undefined : cursors.get(this.#tagOf(member)));
      return { member, own, key: keyOf(member, method, own) };
    });
    const pageOf = new Map(pages.map((page) => [page.member, page]));
    const asked = pages.map(({ member, own, key }) => {
      const kept = this.#kept.get(key);
      const answer = kept === undefined ? member.ask({ method, params: own, signal }).answer : kept.answer;
      return { member, answer: Promise.resolve(answer) };
    });
    const onLate = ({ member, answer }: Part): void => {
      const page = pageOf.get(member);
      if (page === undefined || answer.kind === 'cancelled') return;
      if (answer.kind === 'error') return this.#failed(member, { method, params: page.own, error: answer.error });
      this.#keep(page.key, { member, what: kind.what, answer });
      this.#options.onChanged(kind.what);
    };
    const parts = await gather({ asked, onLate });
    return this.#merged(kind, { method, pages: pageOf, parts, wanted });
  }

  /** The server says itself that its list is another one now. */
  changed(member: Member, what: Listed): void {
    this.#comeBack.stop(`${member.name} ${what}`);
    for (const [key, kept] of this.#kept) {
      if (kept.member === member && kept.what === what) this.#forget(key);
    }
  }

  close(): void {
    this.#comeBack.close();
    for (const { timer } of this.#kept.values()) clearTimeout(timer);
    this.#kept.clear();
  }

  #merged(kind: Kind, { method, pages, parts, wanted }: Merging): ListOutcome {
    const { log, names, uris } = this.#options;
    const entries: string[] = [];
    const next: [string, string][] = [];
    const results: Params[] = [];
    let failure: RpcError | undefined;
    const shown = parts.map(({ member, answer }) => ({ member, answer: understood(kind, member.name, answer) }));
    // All that is there is known before anything is named: a URI that two servers have is shown for neither as it is.
    for (const { member, answer } of shown) learnEntries(kind, { uris, server: member.name, answer });
    for (const { member, answer } of shown) {
      if (answer.kind === 'cancelled') continue;
      if (answer.kind === 'error') {
        if (answer.error.code === METHOD_NOT_FOUND) continue;
        failure ??= answer.error;
        this.#failed(member, { method, params: pages.get(member)?.own ?? {}, error: answer.error });
        continue;
      }
      this.#comeBack.stop(`${member.name} ${kind.what}`);
      results.push(answer.result);
      entries.push(...namedEntries(kind, { names, uris, log, server: member.name, answer }));
      const { nextCursor } = answer.result;
      if (typeof nextCursor === 'string' && nextCursor !== '') next.push([this.#tagOf(member), nextCursor]);
    }
    const isThere = new Set(parts.map(({ member }) => member));
    for (const { name } of wanted.filter((member) => !isThere.has(member))) {
      log.warn(`${method}: the server is late, and its part is missing for now`, { server: name });
    }
    if (results.length === 0 && failure !== undefined) return { error: failure };
    const rest = {
      ...(next.length === 0 ? {} : { nextCursor: cursorOf(next) }),
      ...(this.#options.saysScope ? scopeOf(results) : {}),
    };
    const members = Object.entries(rest).map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`);
    return { result: `{${JSON.stringify(kind.key)}:[${entries.join(',')}]${members.join('')}}` };
  }

  #failed(member: Member, { method, params, error }: Failed): void {
    const { what } = KINDS[method];
    this.#options.log.warn(`${method}: the server's part is missing: ${error.message}`, { server: member.name });
    this.#comeBack.start(`${member.name} ${what}`, {
      error,
      ask: (signal) => member.ask({ method, params, signal }).answer,
      onBack: (answer) => {
        this.#keep(keyOf(member, method, params), { member, what, answer });
        this.#options.onChanged(what);
      },
    });
  }

  #keep(key: string, late: Late): void {
    clearTimeout(this.#kept.get(key)?.timer);
    const timer = setTimeout(() => this.#kept.delete(key), KEPT_MS).unref();
    this.#kept.set(key, { ...late, timer });
  }

  #forget(key: string): void {
    clearTimeout(this.#kept.get(key)?.timer);
    this.#kept.delete(key);
  }

  #tagOf(member: Member): string {
    return this.#options.names.tagOf(member.name);
  }
}

interface Late {
  readonly member: Member;
  readonly what: Listed;
  readonly answer: MemberAnswer;
}

interface Merging {
  readonly method: ListMethod;
  readonly pages: ReadonlyMap<Member, { readonly own: Params }>;
  readonly parts: readonly Part[];
  readonly wanted: readonly Member[];
}

interface Failed {
  readonly method: ListMethod;
  readonly params: Params;
  readonly error: RpcError;
}

/** A page belongs to the caller that asked for it: the headers that the message itself brings say who that is. */
function keyOf({ name }: Member, method: string, params: Params): string {
  return JSON.stringify([name, method, params['cursor'], metaOf(params)?.[HEADERS_META_KEY]]);
}

/** The host's progress token stands for one request; here are several. */
export function pageParams(request: Params, cursor: string | undefined): Params {
  const { cursor: _cursor, ...params } = request;
  const { progressToken: _token, ...meta } = metaOf(params) ?? {};
  return {
    ...params,
    ...(cursor === undefined ? {} : { cursor }),
    ...(params['_meta'] === undefined ? {} : { _meta: meta }),
  };
}

/** What holds for all parts (2026-07-28, "Caching"): the shortest time, and for everybody only what is so in each. */
function scopeOf(results: readonly Params[]): Params {
  const times = results.map(({ ttlMs }) => (typeof ttlMs === 'number' ? ttlMs : 0));
  const isPublic = results.length > 0 && results.every(({ cacheScope }) => cacheScope === 'public');
  return {
    resultType: 'complete',
    ttlMs: times.length === 0 ? 0 : Math.min(...times),
    cacheScope: isPublic ? 'public' : 'private',
  };
}
