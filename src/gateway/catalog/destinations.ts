// Which server a request of the host is for, and how that server knows what the request names: by the name of a tool or a
// prompt, by the URI of a resource, by what is completed.
import { INVALID_PARAMS, isObject, type Params, type RpcError, type RpcRequest } from '../json-rpc.js';
import { unknownToolError } from '../tools/tool-gate.js';
import type { Edit } from './edited-text.js';
import { namedEntries, KINDS, understood } from './list-entries.js';
import { pageParams } from './lists.js';
import type { Log } from '../../log.js';
import type { Member } from './member.js';
import type { ShownNames } from './shown-names.js';
import type { ShownUris } from './shown-uris.js';

export interface DestinationsOptions {
  readonly members: readonly Member[];
  readonly names: ShownNames;
  readonly uris: ShownUris;
  readonly log: Log;
  readonly revision: '2025' | '2026';
}

export interface Destination {
  readonly member: Member;
  /** Of the message's text. */
  readonly edits: readonly Edit[];
  /** With the same changes. */
  readonly params: Params;
}

/** `unlisted`: a cut name that is not known yet. */
export type Found = Destination | { readonly error: RpcError } | 'unlisted';

const BY_NAME: ReadonlySet<string> = new Set(['tools/call', 'prompts/get']);
const BY_URI: ReadonlySet<string> = new Set(['resources/read', 'resources/subscribe', 'resources/unsubscribe']);
const COMPLETE = 'completion/complete';
/** 2025-11-25, "Resources", "Error Handling"; -32602 from 2026-07-28 on. */
const RESOURCE_NOT_FOUND = -32_002;
const PAGES_AT_MOST = 1_000;

export class Destinations {
  readonly #options: DestinationsOptions;

  constructor(options: DestinationsOptions) {
    this.#options = options;
  }

  knows(method: string): boolean {
    return BY_NAME.has(method) || BY_URI.has(method) || method === COMPLETE;
  }

  /** INVARIANT: of a method that it knows. */
  find({ method, params = {} }: RpcRequest): Found {
    if (BY_NAME.has(method)) return this.#byName(params, 'name', []);
    if (BY_URI.has(method)) return this.#byUri(params, 'uri', []);
    const { ref } = params;
    if (isObject(ref) && ref['type'] === 'ref/prompt') return within(params, this.#byName(ref, 'name', ['ref']));
    if (isObject(ref) && ref['type'] === 'ref/resource') return within(params, this.#byUri(ref, 'uri', ['ref']));
    return { error: { code: INVALID_PARAMS, message: 'params.ref is a reference to a prompt or a resource' } };
  }

  /** Lists the tools or prompts of the server that the cut name begins with, so that it is known. */
  async learnCut({ method, params = {} }: RpcRequest, signal: AbortSignal): Promise<void> {
    const { names, uris, log, members } = this.#options;
    const list = method === 'tools/call' ? 'tools/list' : 'prompts/list';
    const named = method === COMPLETE ? params['ref'] : params;
    const found = isObject(named) ? names.find(String(named['name'])) : undefined;
    const member = members.find(({ name }) => name === found?.server);
    if (member === undefined) return;
    const { _meta: meta } = params;
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_AT_MOST; page++) {
      const own = pageParams(meta === undefined ? {} : { _meta: meta }, cursor);
      const answer = understood(
        KINDS[list],
        member.name,
        await member.ask({ method: list, params: own, signal }).answer,
      );
      if (answer.kind !== 'result') return;
      namedEntries(KINDS[list], { names, uris, log, server: member.name, answer });
      const { nextCursor } = answer.result;
      if (typeof nextCursor !== 'string' || nextCursor === cursor) return;
      cursor = nextCursor;
    }
  }

  #byName(of: Params, key: string, path: readonly string[]): Found {
    const shown = of[key];
    if (typeof shown !== 'string') {
      return { error: { code: INVALID_PARAMS, message: `params.${[...path, key].join('.')} is a text` } };
    }
    const found = this.#options.names.find(shown);
    const member = this.#member(found?.server);
    if (found === undefined || member === undefined) return { error: unknownToolError(shown) };
    if (member.out !== undefined) return { error: member.out };
    if (found.name === undefined) return 'unlisted';
    return changed(member, of, { key, path, by: found.name });
  }

  #byUri(of: Params, key: string, path: readonly string[]): Found {
    const shown = of[key];
    if (typeof shown !== 'string') {
      return { error: { code: INVALID_PARAMS, message: `params.${[...path, key].join('.')} is a text` } };
    }
    const found = this.#options.uris.find(shown) ?? this.#ofTheOnlyOne(shown);
    const member = this.#member(found?.server);
    if (found === undefined || member === undefined) {
      const code = this.#options.revision === '2025' ? RESOURCE_NOT_FOUND : INVALID_PARAMS;
      return { error: { code, message: 'Resource not found: no server has listed it', data: { uri: shown } } };
    }
    if (member.out !== undefined) return { error: member.out };
    return changed(member, of, { key, path, by: found.uri });
  }

  /** Where one server alone has resources, all are its. */
  #ofTheOnlyOne(uri: string): { readonly server: string; readonly uri: string } | undefined {
    const [only, another] = this.#options.members.filter((member) => member.mayHave('resources'));
    return only === undefined || another !== undefined ? undefined : { server: only.name, uri };
  }

  #member(server: string | undefined): Member | undefined {
    return this.#options.members.find(({ name }) => name === server);
  }
}

interface Change {
  readonly key: string;
  /** From `params` on. */
  readonly path: readonly string[];
  readonly by: string;
}

function changed(member: Member, of: Params, { key, path, by }: Change): Destination {
  const edits = of[key] === by ? [] : [{ at: ['params', ...path, key], by }];
  return { member, edits, params: { ...of, [key]: by } };
}

function within(params: Params, found: Found): Found {
  if (found === 'unlisted' || 'error' in found) return found;
  return { ...found, params: { ...params, ref: found.params } };
}
