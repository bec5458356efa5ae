// `forward_headers`: sorts the client's headers into those that may go on, under which name, and those that may not,
// with the reason (spec: headers). Every input header comes out exactly once. Runs for every request: names are brought
// into the form in which they compare once, here.
import type { ForwardPolicy, HeaderField } from '../model.js';
import { reveal, type Text } from '../../secret/secret.js';
import { canonicalName, isHeaderName, isHeaderValue } from './header-name.js';
import { connectionNominated, isTransportName, PROTECTED_NAMES } from './protected.js';

export type DropReason = 'protected' | 'not-listed' | 'hop-by-hop' | 'excluded' | 'overridden' | 'invalid';

export interface ForwardedHeader {
  /** The name as names compare: in lower case. No two have the same. */
  readonly key: string;
  /** As it goes upstream: the client's spelling, or that of a rename's `to`. */
  readonly name: string;
  readonly value: Text;
  /** The client's name, where a rename changed it. */
  readonly renamedFrom: string | undefined;
}

export interface RefusedHeader {
  readonly name: string;
  readonly value: Text;
  readonly reason: DropReason;
}

export interface ForwardInput {
  /** In rising priority: of two with one name the later wins. */
  readonly client: readonly HeaderField[];
  readonly policy: ForwardPolicy;
  /** Lower-case names that this configuration manages itself: the identity header, and the token's unless `authorization`. */
  readonly managed: ReadonlySet<string>;
}

export interface ForwardOutcome {
  /** In the order in which they go on. */
  readonly forwarded: readonly ForwardedHeader[];
  readonly refused: readonly RefusedHeader[];
}

/** By name in lower case. */
type Headers = Map<string, HeaderField>;

interface Sorting {
  /** What nothing is said of yet. */
  readonly left: Headers;
  readonly barriers: Barriers;
  readonly refused: RefusedHeader[];
  /** Filled in the order in which headers go on. */
  readonly forwarded: ForwardedHeader[];
}

interface Barriers {
  readonly nominated: ReadonlySet<string>;
  readonly managed: ReadonlySet<string>;
}

export function forwardHeaders({ client, policy, managed }: ForwardInput): ForwardOutcome {
  const refused: RefusedHeader[] = [];
  const last = lastOfEachName(client, refused);
  const nominated = last.has('connection') ? nominatedBy(client) : NONE;
  const barriers = { nominated, managed };
  for (const [name, header] of last) {
    const reason = neverForwarded(name, header, barriers);
    if (reason === undefined) continue;
    last.delete(name);
    refused.push(refusal(header, reason));
  }
  const sorting: Sorting = { left: last, refused, barriers, forwarded: [] };
  switch (policy.mode) {
    case 'none':
      refuseLeft(sorting);
      return { forwarded: [], refused };
    case 'allowlist':
      allowlisted(policy, sorting);
      return { forwarded: lastOfEachTarget(sorting), refused };
    case 'all-except':
      allExcept(policy, sorting);
      return { forwarded: policy.renames.length === 0 ? sorting.forwarded : lastOfEachTarget(sorting), refused };
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Of several spellings and sources of one name the last stays. */
function lastOfEachName(client: readonly HeaderField[], refused: RefusedHeader[]): Headers {
  const last: Headers = new Map();
  for (const header of client) {
    const name = canonicalName(header.name);
    const earlier = last.get(name);
    if (earlier !== undefined) refused.push(refusal(earlier, 'overridden'));
    last.set(name, header);
  }
  return last;
}

/** By every `connection` header, also one that another overrides. */
function nominatedBy(client: readonly HeaderField[]): ReadonlySet<string> {
  const values = client.filter(({ name }) => canonicalName(name) === 'connection').map(({ value }) => reveal(value));
  return connectionNominated(values);
}

function neverForwarded(name: string, header: HeaderField, barriers: Barriers): DropReason | undefined {
  if (!isHeaderName(header.name)) return 'invalid';
  if (PROTECTED_NAMES.has(name) || barriers.managed.has(name)) return 'protected';
  if (isTransportName(name) || barriers.nominated.has(name)) return 'hop-by-hop';
  if (!isHeaderValue(reveal(header.value))) return 'invalid';
  return undefined;
}

/** In the order of the list; the first entry that names a header takes it. */
function allowlisted({ entries }: Extract<ForwardPolicy, { mode: 'allowlist' }>, sorting: Sorting): void {
  const { left, barriers, refused, forwarded } = sorting;
  for (const { from, to } of entries) {
    const name = canonicalName(from);
    const header = left.get(name);
    if (header === undefined) continue;
    left.delete(name);
    if (to === undefined) forwarded.push(plain(name, header));
    else if (isBarred(canonicalName(to), barriers)) refused.push(refusal(header, 'protected'));
    else forwarded.push(renamed(header, to));
  }
  refuseLeft(sorting);
}

/** In the client's order, renames last: what the configuration renames wins over what a client names itself. */
function allExcept({ excluded, renames }: Extract<ForwardPolicy, { mode: 'all-except' }>, sorting: Sorting): void {
  const { left, barriers, refused, forwarded } = sorting;
  const isExcluded = new Set(excluded.map(canonicalName));
  const targets = new Map(renames.map(({ from, to }) => [canonicalName(from), to]));
  const last: ForwardedHeader[] = [];
  for (const [name, header] of left) {
    const to = targets.get(name);
    if (name === 'authorization') refused.push(refusal(header, 'protected'));
    else if (isExcluded.has(name)) refused.push(refusal(header, 'excluded'));
    else if (to === undefined) forwarded.push(plain(name, header));
    else if (canonicalName(to) === 'authorization' || isBarred(canonicalName(to), barriers)) {
      refused.push(refusal(header, 'protected'));
    } else last.push(renamed(header, to));
  }
  forwarded.push(...last);
}

/** Names that a rename may not produce either. */
function isBarred(target: string, { managed }: Barriers): boolean {
  return isTransportName(target) || PROTECTED_NAMES.has(target) || managed.has(target);
}

/** Two headers may end under one name through renames: the later stays. */
function lastOfEachTarget({ forwarded, refused }: Sorting): readonly ForwardedHeader[] {
  const last = new Map<string, ForwardedHeader>();
  for (const header of forwarded) {
    const earlier = last.get(header.key);
    if (earlier !== undefined) {
      refused.push({ name: earlier.renamedFrom ?? earlier.name, value: earlier.value, reason: 'overridden' });
      last.delete(header.key);
    }
    last.set(header.key, header);
  }
  return [...last.values()];
}

function refuseLeft({ left, refused }: Sorting): void {
  for (const header of left.values()) refused.push(refusal(header, 'not-listed'));
}

function plain(key: string, { name, value }: HeaderField): ForwardedHeader {
  return { key, name, value, renamedFrom: undefined };
}

function renamed({ name, value }: HeaderField, to: string): ForwardedHeader {
  return { key: canonicalName(to), name: to, value, renamedFrom: name };
}

function refusal({ name, value }: HeaderField, reason: DropReason): RefusedHeader {
  return { name, value, reason };
}
