// The building blocks of the schema, on zod/mini. zod's own objects and records are not enough here: they stop at the
// first kind of problem, drop a `__proto__` key unseen, and cannot choose a branch by the shape of the value. These
// report every problem in one run and look at own members alone. Each carries what it consists of.
import * as z from 'zod/mini';
import type { ErrorDiagnosticCode } from '../../diagnostics/codes.js';
import type { Path } from '../path.js';
import { isRawObject, type RawObject } from '../raw-value.js';
import { carrying, type TextFacet } from './carried-structure.js';

/** What is wrong with a value, in words that follow its name ("must be …"). Never quotes the value. */
export interface Problem {
  readonly code: ErrorDiagnosticCode;
  readonly says: string;
  readonly help?: string | undefined;
  /** Where, below the value that was looked at; the value itself by default. */
  readonly at?: Path;
  readonly part?: 'key' | 'value';
}

/** What travels in zod's issues for problems of our own; issues.ts turns it into findings. */
export type IssueDetails =
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** The value is of none of the types that are wanted. */
  | { readonly kind: 'wrong-type'; readonly wanted: string }
  | {
      readonly kind: 'unknown-key';
      readonly known: readonly string[];
      readonly hints: Readonly<Record<string, string>>;
      readonly otherwise: string | undefined;
    };

type Judge<T> = (value: T) => Problem | undefined;
type Payload = z.core.ParsePayload;

/** A text; the judge says what is wrong with it, and the facet names what it judges. */
export function textThat(facet: TextFacet, judge: Judge<string>): z.ZodMiniString {
  const schema = z.string().check((payload) => reportAll(payload, [judge(payload.value)]));
  return carrying(schema, { kind: 'text', facet });
}

/** A number of at least this, whole or not; `says` is the problem with a smaller one. */
export function numberFrom(least: number, says: string): z.ZodMiniNumber {
  return numberThat({ least, isInteger: false }, (value) => (value >= least ? undefined : { code: 'MCPGW118', says }));
}

export function integerBetween(least: number, most: number): z.ZodMiniNumber {
  const range =
    most === Number.MAX_SAFE_INTEGER ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  return numberThat({ least, most, isInteger: true }, (value) =>
    Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : { code: 'MCPGW118', says: `must be ${range}` },
  );
}

interface NumberRange {
  readonly least: number;
  readonly most?: number;
  readonly isInteger: boolean;
}

function numberThat(range: NumberRange, judge: Judge<number>): z.ZodMiniNumber {
  const schema = z.number().check((payload) => reportAll(payload, [judge(payload.value)]));
  return carrying(schema, { kind: 'number', ...range });
}

/** `true` or `false`, of which one alone is meant: `says` is the problem with the other. */
export function flagOnly(only: boolean, says: string): z.ZodMiniBoolean {
  const schema = z
    .boolean()
    .check((payload) => reportAll(payload, payload.value === only ? [] : [{ code: 'MCPGW105', says }]));
  return carrying(schema, { kind: 'flag', only });
}

export interface ClosedObjectOptions {
  /** Problems between the members; runs whatever else is wrong, so it must expect members of any type. */
  readonly alsoCheck?: (value: RawObject) => Iterable<Problem>;
  /** For unknown keys that people are known to write: what to do instead. */
  readonly hints?: Readonly<Record<string, string>>;
  /** Names that stand nowhere here but are worth suggesting. */
  readonly alsoSuggest?: readonly string[];
  /** For unknown keys that nothing here resembles. */
  readonly otherwise?: string;
  /** What a value of another type should have been, in place of "an object". */
  readonly wanted?: string;
}

type ObjectOf<S extends z.core.$ZodShape> = z.ZodMiniType<z.infer<z.ZodMiniObject<S>>>;

/** An object with these keys and no others, but `x-…` and `$schema`. */
export function closedObject<S extends z.core.$ZodShape>(shape: S, options: ClosedObjectOptions = {}): ObjectOf<S> {
  const inner = z.object(shape);
  const keys = Object.keys(shape);
  const details: IssueDetails = {
    kind: 'unknown-key',
    known: [...keys, ...(options.alsoSuggest ?? [])],
    hints: options.hints ?? {},
    otherwise: options.otherwise,
  };
  const schema = z.unknown().check((payload) => {
    const { value } = payload;
    delegate(payload, { schema: inner, value, at: [], wanted: options.wanted });
    if (!isRawObject(value)) return;
    for (const key of Object.keys(value)) {
      if (keys.includes(key) || key.startsWith('x-') || key === '$schema') continue;
      payload.issues.push({ code: 'custom', input: undefined, path: [key], params: details });
    }
    reportAll(payload, options.alsoCheck?.(value) ?? []);
  });
  // A value that passes has the inner schema's type: the check hands all of that schema's issues on.
  return carrying(schema, { kind: 'object', shape, hints: details.hints }) as unknown as ObjectOf<S>;
}

type DictionaryOf<V extends z.core.$ZodType> = z.ZodMiniType<Readonly<Record<string, z.infer<V>>>>;

/** What the names of a dictionary have to be. */
export interface KeyRule {
  readonly facet: TextFacet;
  readonly judge: Judge<string>;
}

/** An object whose keys are names that the author chooses, `__proto__` and `constructor` included. */
export function dictionary<V extends z.core.$ZodType>(member: V, names?: KeyRule): DictionaryOf<V> {
  const schema = z.unknown().check((payload) => {
    const { value } = payload;
    if (!isRawObject(value)) {
      payload.issues.push({ code: 'invalid_type', expected: 'object', input: undefined });
      return;
    }
    for (const [key, element] of Object.entries(value)) {
      const problem = names?.judge(key);
      if (problem !== undefined) reportAll(payload, [{ ...problem, at: [key], part: 'key' }]);
      delegate(payload, { schema: member, value: element, at: [key] });
    }
  });
  // A value that passes is an object, and each of its own members passed the member's schema.
  return carrying(schema, { kind: 'dictionary', member, keyFacet: names?.facet }) as unknown as DictionaryOf<V>;
}

export interface Choice<N extends string> {
  readonly pick: (value: unknown) => N;
  /** All types of value that the branches take, in words that follow "must be". */
  readonly wanted: string;
}

/** The branch that the value's own shape calls for, so that the errors are those of the one that was meant. */
export function choose<N extends string, B extends Readonly<Record<N, z.core.$ZodType>>>(
  branches: B,
  { pick, wanted }: Choice<N>,
): z.ZodMiniType<z.infer<B[N]>> {
  const schema = z.unknown().check((payload) => {
    delegate(payload, { schema: branches[pick(payload.value)], value: payload.value, at: [], wanted });
  });
  // A value that passes has passed the branch that was picked.
  return carrying(schema, { kind: 'choice', branches: Object.values(branches) }) as unknown as z.ZodMiniType<
    z.infer<B[N]>
  >;
}

interface Delegation {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  readonly at: Path;
  /** What to say of a value of a wrong type, where the schema alone would not say all. */
  readonly wanted?: string | undefined;
}

function delegate(payload: Payload, { schema, value, at, wanted }: Delegation): void {
  // jitless: each schema sees few values, so compiling one costs more than it saves.
  const result = z.safeParse(schema, value, { jitless: true });
  for (const issue of result.error?.issues ?? []) {
    const path = [...at, ...issue.path];
    if (wanted !== undefined && value !== undefined && isOfType(issue, value)) {
      const params: IssueDetails = { kind: 'wrong-type', wanted };
      payload.issues.push({ code: 'custom', input: undefined, path, params });
    } else payload.issues.push({ ...issue, input: undefined, path });
  }
}

/** Whether the issue is the type of the value itself. */
function isOfType(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  // A number that is none is still told as such: JSON can write 1e999.
  if (issue.code === 'invalid_type') return !(issue.expected === 'number' && typeof value === 'number');
  return issue.code === 'custom' && issue.params?.['kind'] === 'wrong-type';
}

function reportAll(payload: Pick<Payload, 'issues'>, problems: Iterable<Problem | undefined>): void {
  for (const problem of problems) {
    if (problem === undefined) continue;
    const params: IssueDetails = { kind: 'problem', problem };
    payload.issues.push({ code: 'custom', input: undefined, path: [...(problem.at ?? [])], params });
  }
}
