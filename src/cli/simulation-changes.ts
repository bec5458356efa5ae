// What changes for one request between two configurations: the verdict, what the upstream receives, what becomes of the
// client's other headers. Values are compared as they are, whether or not they are shown.
import { canonicalName } from '../policy/headers/header-name.js';
import type { DroppedHeader, SentHeader } from '../policy/headers/merge.js';
import { reveal } from '../secret/secret.js';
import { decodeToken } from '../token/jws/decode.js';
import type { SimulatedDecision } from './render/simulation.js';

export interface Change<Header> {
  /** In lower case. */
  readonly name: string;
  readonly from: Header | undefined;
  readonly to: Header | undefined;
}

export interface SentChange extends Change<SentHeader> {
  /** It is there in both, with another value. */
  readonly isOtherValue: boolean;
}

export interface SimulationChanges {
  readonly isNone: boolean;
  /** Verdict, reason or words. */
  readonly verdict: boolean;
  readonly url: boolean;
  readonly headers: readonly SentChange[];
  readonly dropped: readonly Change<DroppedHeader>[];
}

export function simulationChanges(from: SimulatedDecision, to: SimulatedDecision): SimulationChanges {
  const verdict = wordsOf(from) !== wordsOf(to);
  const url = from.server.url !== to.server.url;
  const headers = sentChanges(from, to);
  const dropped = droppedChanges(from, to);
  return { isNone: !verdict && !url && headers.length + dropped.length === 0, verdict, url, headers, dropped };
}

function wordsOf({ decision }: SimulatedDecision): string {
  if (decision.verdict === 'allow') return 'allow';
  if (decision.verdict === 'undecided') return JSON.stringify(['undecided', decision.message]);
  return JSON.stringify([decision.reason, decision.rule, decision.message, decision.details]);
}

function sentChanges(from: SimulatedDecision, to: SimulatedDecision): readonly SentChange[] {
  const [before, after] = [sentBy(from), sentBy(to)];
  return namesOf(before, after).flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    const isOtherValue = was !== undefined && is !== undefined && valueOf(was, from) !== valueOf(is, to);
    const isSame = was !== undefined && is !== undefined && placeOf(was) === placeOf(is) && !isOtherValue;
    return isSame ? [] : [{ name, from: was, to: is, isOtherValue }];
  });
}

function sentBy({ decision }: SimulatedDecision): ReadonlyMap<string, SentHeader> {
  const sent = decision.verdict === 'allow' ? decision.headers.sent : [];
  return new Map(sent.map((header) => [canonicalName(header.name), header]));
}

function placeOf({ name, source, renamedFrom }: SentHeader): string {
  return JSON.stringify([name, source, renamedFrom]);
}

/** A signed identity is another one each time: what counts is what it says, and for how long. */
function valueOf({ value, source }: SentHeader, { server }: SimulatedDecision): string {
  const text = reveal(value);
  if (source !== 'identity' || server.identity?.method !== 'jwt_header') return text;
  const decoded = decodeToken(text);
  if (!decoded.ok) return text;
  const { iat: _iat, exp: _exp, jti: _jti, ...claims } = decoded.payload;
  return JSON.stringify([decoded.header, claims, server.identity.lifetimeSeconds]);
}

/** Each name of the client once, with the first of what became of it: repeats of one name say nothing more. */
function droppedChanges(from: SimulatedDecision, to: SimulatedDecision): readonly Change<DroppedHeader>[] {
  const [before, after] = [droppedBy(from), droppedBy(to)];
  return namesOf(before, after).flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    return was?.reason === is?.reason && was?.source === is?.source ? [] : [{ name, from: was, to: is }];
  });
}

function droppedBy({ decision }: SimulatedDecision): ReadonlyMap<string, DroppedHeader> {
  const dropped = decision.verdict === 'allow' ? decision.headers.dropped : [];
  return new Map(dropped.toReversed().map((header) => [canonicalName(header.name), header]));
}

function namesOf(...maps: readonly ReadonlyMap<string, unknown>[]): readonly string[] {
  return [...new Set(maps.flatMap((map) => [...map.keys()]))];
}
