// `forward_headers`: sorts the client's headers into those that may go on, under which name, and those that may not,
// with the reason (spec: headers). Every input header comes out exactly once.
import type { ForwardPolicy, HeaderField, Rename } from '../model.js';
import { reveal, type Text } from '../../secret/secret.js';
import { canonicalName, isHeaderName, isHeaderValue } from './header-name.js';
import { connectionNominated, isTransportName, PROTECTED_NAMES } from './protected.js';

export type DropReason = 'protected' | 'not-listed' | 'hop-by-hop' | 'excluded' | 'overridden' | 'invalid';

export interface ForwardedHeader {
  /** As it goes upstream: the client's spelling, or that of a rename's `to`. */
  readonly name: string;
  readonly value: Text;
  /** The client's name, where a rename changed it. */
  readonly renamedFrom?: string;
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
  readonly forwarded: readonly ForwardedHeader[];
  readonly refused: readonly RefusedHeader[];
}

export function forwardHeaders({ client, policy, managed }: ForwardInput): ForwardOutcome {
  const refused: RefusedHeader[] = [];
  const candidates = lastOfEachName(client, refused);
  const nominated = connectionNominated(
    client.filter((header) => canonicalName(header.name) === 'connection').map((header) => reveal(header.value)),
  );
  const passable = new Map<string, HeaderField>();
  for (const [name, header] of candidates) {
    const reason = neverForwarded(name, header, { nominated, managed });
    if (reason === undefined) passable.set(name, header);
    else refused.push({ ...header, reason });
  }
  const isBarred = (name: string): boolean => isTransportName(name) || PROTECTED_NAMES.has(name) || managed.has(name);
  const forwarded = byMode({ policy, passable, refused, isBarred });
  return { forwarded: lastOfEachTarget(forwarded, refused), refused };
}

/** Of several spellings and sources of one name the last stays. */
function lastOfEachName(client: readonly HeaderField[], refused: RefusedHeader[]): Map<string, HeaderField> {
  const last = new Map<string, HeaderField>();
  for (const header of client) {
    const name = canonicalName(header.name);
    const earlier = last.get(name);
    if (earlier !== undefined) refused.push({ ...earlier, reason: 'overridden' });
    last.set(name, header);
  }
  return last;
}

interface Barriers {
  readonly nominated: ReadonlySet<string>;
  readonly managed: ReadonlySet<string>;
}

function neverForwarded(name: string, header: HeaderField, barriers: Barriers): DropReason | undefined {
  if (!isHeaderName(header.name)) return 'invalid';
  if (PROTECTED_NAMES.has(name) || barriers.managed.has(name)) return 'protected';
  if (isTransportName(name) || barriers.nominated.has(name)) return 'hop-by-hop';
  if (!isHeaderValue(reveal(header.value))) return 'invalid';
  return undefined;
}

interface ModeInput {
  readonly policy: ForwardPolicy;
  readonly passable: ReadonlyMap<string, HeaderField>;
  readonly refused: RefusedHeader[];
  /** Names that a rename may not produce either. */
  readonly isBarred: (name: string) => boolean;
}

function byMode({ policy, passable, refused, isBarred }: ModeInput): readonly ForwardedHeader[] {
  switch (policy.mode) {
    case 'none':
      for (const header of passable.values()) refused.push({ ...header, reason: 'not-listed' });
      return [];
    case 'allowlist':
      return allowlisted({ entries: policy.entries, passable, refused, isBarred });
    case 'all-except':
      return allExcept({ excluded: policy.excluded, renames: policy.renames, passable, refused, isBarred });
  }
}

interface AllowlistInput extends Omit<ModeInput, 'policy'> {
  readonly entries: readonly { readonly from: string; readonly to?: string }[];
}

/** In the order of the list; the first entry that names a header takes it. */
function allowlisted({ entries, passable, refused, isBarred }: AllowlistInput): readonly ForwardedHeader[] {
  const left = new Map(passable);
  const forwarded: ForwardedHeader[] = [];
  for (const { from, to } of entries) {
    const name = canonicalName(from);
    const header = left.get(name);
    if (header === undefined) continue;
    left.delete(name);
    if (to === undefined) forwarded.push(header);
    else if (isBarred(canonicalName(to))) refused.push({ ...header, reason: 'protected' });
    else forwarded.push({ name: to, value: header.value, renamedFrom: header.name });
  }
  for (const header of left.values()) refused.push({ ...header, reason: 'not-listed' });
  return forwarded;
}

interface AllExceptInput extends Omit<ModeInput, 'policy'> {
  readonly excluded: readonly string[];
  readonly renames: readonly Rename[];
}

/** In the client's order, renames last: what the configuration renames wins over what a client names itself. */
function allExcept({ excluded, renames, passable, refused, isBarred }: AllExceptInput): readonly ForwardedHeader[] {
  const barred = new Set(excluded.map(canonicalName));
  const targets = new Map(renames.map(({ from, to }) => [canonicalName(from), to]));
  const plain: ForwardedHeader[] = [];
  const renamed: ForwardedHeader[] = [];
  for (const [name, header] of passable) {
    const to = targets.get(name);
    if (name === 'authorization') refused.push({ ...header, reason: 'protected' });
    else if (barred.has(name)) refused.push({ ...header, reason: 'excluded' });
    else if (to === undefined) plain.push(header);
    else if (isBarred(canonicalName(to)) || canonicalName(to) === 'authorization') {
      refused.push({ ...header, reason: 'protected' });
    } else renamed.push({ name: to, value: header.value, renamedFrom: header.name });
  }
  return [...plain, ...renamed];
}

/** Two headers may end under one name through renames: the later stays. */
function lastOfEachTarget(forwarded: readonly ForwardedHeader[], refused: RefusedHeader[]): readonly ForwardedHeader[] {
  const last = new Map<string, ForwardedHeader>();
  for (const header of forwarded) {
    const name = canonicalName(header.name);
    const earlier = last.get(name);
    if (earlier !== undefined) {
      refused.push({ name: earlier.renamedFrom ?? earlier.name, value: earlier.value, reason: 'overridden' });
      last.delete(name);
    }
    last.set(name, header);
  }
  return [...last.values()];
}
