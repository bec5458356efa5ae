// The opening answers of several servers as one: what any of them can do, what each of them tells the host, and the earliest
// revision that one of them speaks (MCP 2025-11-25, "Initialization"; 2026-07-28, "server/discover").
import type { Log } from '../../log.js';
import {
  INTERNAL_ERROR,
  isObject,
  METHOD_NOT_FOUND,
  metaOf,
  UNAUTHORIZED,
  type Params,
  type RpcError,
} from '../json-rpc.js';
import { VERSION_META_KEY } from '../revisions/upstream-era.js';
import { isRevision, revisionFor } from '../session/absence.js';
import { gather, type Part } from './gather.js';
import { LISTED, type Listed } from './list-entries.js';
import { pageParams } from './lists.js';
import type { Member } from './member.js';
import type { ShownNames } from './shown-names.js';

export interface OpeningsOptions {
  readonly members: readonly Member[];
  readonly names: ShownNames;
  readonly log: Log;
  /** Tells the host to list anew. */
  readonly onChanged: (what: Listed) => void;
  /** mcpgw's own version. */
  readonly version: string;
}

export interface OpeningRequest {
  readonly method: 'initialize' | 'server/discover';
  readonly params: Params;
}

/** The merged result; an error when no server has a part in this session. */
export type OpenAll = (request: OpeningRequest) => Promise<{ readonly result: Params } | { readonly error: RpcError }>;

/** What each server says of itself is remembered in its member. */
export function openAll({ members, names, log, onChanged, version }: OpeningsOptions): OpenAll {
  const take = ({ member, answer }: Part, method: OpeningRequest['method']): void => {
    member.out = answer.kind === 'error' && isLasting(answer.error, method) ? answer.error : undefined;
    if (member.out !== undefined) {
      log.error(`the server has no part in this session: ${member.out.message}`, { server: member.name });
    } else if (answer.kind === 'result') {
      const { capabilities } = answer.result;
      member.capabilities = isObject(capabilities) ? capabilities : {};
    }
  };
  return async ({ method, params }) => {
    const own = pageParams(params, undefined);
    const asked = members.map((member) => ({ member, answer: member.ask({ method, params: own }).answer }));
    const isSpoken = (version: unknown): boolean => isRevision(version) || version === params['protocolVersion'];
    const judged = (part: Part): Part => (method === 'initialize' ? withRevision(part, isSpoken) : part);
    const onLate = (part: Part): void => {
      take(judged(part), method);
      LISTED.forEach(onChanged);
    };
    const answered = (await gather({ asked, onLate })).map(judged);
    for (const part of answered) take(part, method);
    const parts = answered.flatMap(({ member: { name }, answer }) =>
      answer.kind === 'result' ? [{ server: name, tag: names.tagOf(name), result: answer.result }] : [],
    );
    const isIncomplete = answered.length < members.length;
    const [refusal] = answered.flatMap(({ answer }) => (answer.kind === 'error' ? [answer.error] : []));
    if (parts.length === 0 && refusal !== undefined && !isIncomplete) return { error: refusal };
    const merge = method === 'initialize' ? mergedInitialize : mergedDiscovery;
    return { result: merge({ parts, isIncomplete, servers: members.map(({ name }) => name), version, params }) };
  };
}

/**
 * Of a caller that the policy refuses here, a request may bring a token that is good. What is discovered is no session: only
 * that the server is of another revision stays so.
 */
function isLasting({ code }: RpcError, method: OpeningRequest['method']): boolean {
  return method === 'initialize' ? code !== UNAUTHORIZED : code === METHOD_NOT_FOUND;
}

/** A server that agrees to what the host cannot know would end the session for all of them. */
function withRevision(part: Part, isSpoken: (version: unknown) => boolean): Part {
  const { member, answer } = part;
  if (answer.kind !== 'result' || isSpoken(answer.result['protocolVersion'])) return part;
  const data = { server: member.name, reason: 'revision', retryable: false };
  const message = `the upstream ${member.name} agreed to a revision that is none of MCP`;
  return { member, answer: { kind: 'error', error: { code: INTERNAL_ERROR, message, data } } };
}

interface OpeningPart {
  readonly server: string;
  readonly tag: string;
  readonly result: Params;
}

interface Merging {
  /** Of those who have answered. */
  readonly parts: readonly OpeningPart[];
  /** Somebody has not answered yet: what it can do is not known. */
  readonly isIncomplete: boolean;
  readonly servers: readonly string[];
  readonly version: string;
  /** Of the host's request. */
  readonly params: Params;
}

const CHANGING = { listChanged: true };
/** Those that the catalog can give for several servers; of others, nobody could say whose they are. */
const KNOWN = ['tools', 'prompts', 'resources', 'logging', 'completions'] as const;

function mergedInitialize(options: Merging): Params {
  const { parts, params, version } = options;
  const versions = parts.map(({ result }) => result['protocolVersion']).filter((it) => typeof it === 'string');
  return {
    // Dates: the earliest is the smallest. Where nobody has answered yet, what the server agrees to later.
    protocolVersion: versions.toSorted()[0] ?? revisionFor(params),
    capabilities: capabilitiesOf(options),
    serverInfo: { name: 'mcpgw', version },
    instructions: instructionsOf(parts),
    _meta: gatewayMeta(options),
  };
}

function mergedDiscovery(options: Merging): Params {
  const { parts, params, version } = options;
  const asked = metaOf(params)?.[VERSION_META_KEY];
  const all = parts.map(({ result }) => versionsOf(result));
  // Those that do not speak what the host does can do nothing for it: they take nothing from the others.
  const speaking = all.filter((versions) => versions.includes(asked));
  const [first = [], ...others] = speaking.length > 0 ? speaking : all;
  const shared = first.filter((it) => others.every((versions) => versions.includes(it)));
  return {
    resultType: 'complete',
    supportedVersions: shared.length > 0 ? shared : parts.length > 0 ? first : [asked],
    capabilities: capabilitiesOf(options),
    instructions: instructionsOf(parts),
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { ...gatewayMeta(options), 'io.modelcontextprotocol/serverInfo': { name: 'mcpgw', version } },
  };
}

function gatewayMeta({ servers, version }: Merging): Params {
  return { 'mcpgw.dev/gateway': { name: 'mcpgw', version, servers } };
}

function versionsOf({ supportedVersions }: Params): readonly unknown[] {
  return Array.isArray(supportedVersions) ? supportedVersions : [];
}

function capabilitiesOf({ parts, isIncomplete }: Merging): Params {
  const all = parts.map(({ result }) => result['capabilities']).filter(isObject);
  const has = (name: string): boolean => all.some((capabilities) => isObject(capabilities[name]));
  const canSubscribe = all.some(({ resources }) => isObject(resources) && resources['subscribe'] === true);
  return Object.fromEntries(
    KNOWN.filter((name) => has(name) || (isIncomplete && isListed(name))).map((name) => {
      // Servers come and go, and so do their parts of the lists.
      if (!isListed(name)) return [name, {}];
      return [name, name === 'resources' && canSubscribe ? { ...CHANGING, subscribe: true } : CHANGING];
    }),
  );
}

function isListed(name: string): boolean {
  return LISTED.some((listed) => listed === name);
}

function instructionsOf(parts: readonly OpeningPart[]): string {
  const own = parts.flatMap(({ server, tag, result }) => {
    const { instructions } = result;
    const text = typeof instructions === 'string' && instructions !== '' ? `\n${instructions}` : '';
    return [`## ${server}\nIts tools and prompts begin with \`${tag}__\`.${text}`];
  });
  return ['Several servers share this endpoint.', ...own].join('\n\n');
}
