// What was expected of a decision, and what came of it: every difference in words. Values that `simulate` would mask are
// masked here, on both sides. Decides nothing itself.
import { protocolHeaders } from '../../gateway/outbound-headers.js';
import type { Decision } from '../../policy/decide.js';
import { deepEqual } from '../../policy/deep-equal.js';
import { canonicalName } from '../../policy/headers/header-name.js';
import { MASK, reveal, Secret, type Text } from '../../secret/secret.js';
import { isCredentialName } from '../../secret/sensitive-key.js';
import { decodeToken } from '../../token/jws/decode.js';
import type { Expected, ExpectedHeader } from './policy-test.js';

export interface Mismatch {
  /** What was looked at: "verdict", "header x-user-claims". */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

export interface Outcome {
  readonly decision: Decision;
  /** Of the test's `tools`, those that the caller may list. */
  readonly listed: readonly string[];
}

export function mismatchesOf(expected: Expected, { decision, listed }: Outcome): readonly Mismatch[] {
  // What could not be decided is no basis for anything else.
  if (decision.verdict === 'undecided') {
    const wanted = expected.verdict ?? 'a decision';
    return [{ what: 'verdict', expected: wanted, got: `undecided: ${decision.message}` }];
  }
  return [
    ...verdictMismatch(expected, decision),
    ...expected.headers.flatMap((header) => headerMismatch(header, decision)),
    ...expected.absentHeaders.flatMap((name) => presentHeader(name, decision)),
    ...listMismatch(expected.toolsListed, listed),
  ];
}

type Decided = Exclude<Decision, { readonly verdict: 'undecided' }>;

function verdictMismatch({ verdict, reason }: Expected, decision: Decided): readonly Mismatch[] {
  const got = decision.verdict === 'allow' ? 'allow' : denial(decision);
  if (verdict !== undefined && verdict !== decision.verdict) return [{ what: 'verdict', expected: verdict, got }];
  if (reason === undefined || (decision.verdict === 'deny' && decision.reason === reason)) return [];
  return [{ what: 'reason', expected: reason, got }];
}

/** The details say what the message says, and more: they are for people, the message for the caller. */
function denial({ reason, message, details }: Extract<Decision, { readonly verdict: 'deny' }>): string {
  return `deny ${reason}: ${details.length === 0 ? message : details.join('; ')}`;
}

interface Sent {
  readonly value: Text;
  readonly source: string;
}

function sentHeader(name: string, decision: Decided): Sent | undefined {
  if (decision.verdict === 'deny') return undefined;
  const wanted = canonicalName(name);
  const own = protocolHeaders().map((header) => ({ ...header, source: 'protocol' }));
  return [...own, ...decision.headers.sent].find((header) => canonicalName(header.name) === wanted);
}

function headerMismatch({ name, value }: ExpectedHeader, decision: Decided): readonly Mismatch[] {
  const what = `header ${name}`;
  const sent = sentHeader(name, decision);
  if (sent === undefined) {
    // No value was sent that would say whether it is a credential: its name has to.
    const shown = isCredentialName(name) ? MASK : textOf(value);
    return [{ what, expected: shown, got: whyAbsent(name, decision) }];
  }
  if (typeof value === 'string') {
    if (value === reveal(sent.value)) return [];
    const isSecret = sent.value instanceof Secret;
    return [
      { what, expected: isSecret ? MASK : value, got: isSecret ? `${MASK} (another value)` : reveal(sent.value) },
    ];
  }
  const held = heldJson(reveal(sent.value));
  if (held !== undefined && isPart(value, held.json)) return [];
  const got = held === undefined ? 'a value that is neither JSON nor a JWT' : JSON.stringify(held.json);
  // An identity is made of claims, which simulate shows in clear; JSON elsewhere may be a credential.
  const isShown = !(sent.value instanceof Secret) || sent.source === 'identity';
  return [{ what, expected: isShown ? JSON.stringify(value) : MASK, got: isShown ? got : `${MASK} (another value)` }];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function whyAbsent(name: string, decision: Decided): string {
  if (decision.verdict === 'deny') return 'nothing: the request is denied';
  const dropped = decision.headers.dropped.findLast((header) => canonicalName(header.name) === canonicalName(name));
  return dropped === undefined ? 'no such header' : `no such header: the client's was dropped (${dropped.reason})`;
}

/** The JSON that a header is, or the payload of the JWT that it is. */
function heldJson(text: string): { readonly json: unknown } | undefined {
  const token = decodeToken(text.replace(/^Bearer +/i, ''));
  if (token.ok) return { json: token.payload };
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Every member that is expected is there; lists and all else are equal. */
function isPart(expected: unknown, whole: unknown): boolean {
  if (!isMap(expected) || !isMap(whole)) return deepEqual(expected, whole);
  return Object.entries(expected).every(([key, value]) => Object.hasOwn(whole, key) && isPart(value, whole[key]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function presentHeader(name: string, decision: Decided): readonly Mismatch[] {
  const sent = sentHeader(name, decision);
  if (sent === undefined) return [];
  const value = sent.value instanceof Secret ? MASK : sent.value;
  return [{ what: `header ${name}`, expected: 'no such header', got: `${value} (${sent.source})` }];
}

function listMismatch(expected: readonly string[] | undefined, listed: readonly string[]): readonly Mismatch[] {
  if (expected === undefined) return [];
  const [wanted, got] = [expected, listed].map((names) => [...new Set(names)].toSorted().join(', '));
  if (wanted === got || wanted === undefined || got === undefined) return [];
  return [{ what: 'tools_listed', expected: wanted || 'none', got: got || 'none' }];
}
