// The building blocks of the schema, on zod/mini. zod's own objects and records are not enough here: they stop at the
// first kind of problem, drop a `__proto__` key unseen, and cannot choose a branch by the shape of the value. These
// report every problem in one run and look at own members alone.
import * as z from 'zod/mini';
import type { ErrorDiagnosticCode } from '../../diagnostics/codes.js';
import type { Path } from '../path.js';
import { isRawObject, type RawObject } from '../raw-value.js';

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
  | {
      readonly kind: 'unknown-key';
      readonly known: readonly string[];
      readonly hints: Readonly<Record<string, string>>;
    };

type Judge<T> = (value: T) => Problem | undefined;
type Payload = z.core.ParsePayload;

/** A text; the judge says what is wrong with it. */
export function textThat(judge: Judge<string>): z.ZodMiniString {
  return z.string().check((payload) => reportAll(payload, [judge(payload.value)]));
}

/** A number; the judge says what is wrong with it. */
export function numberThat(judge: Judge<number>): z.ZodMiniNumber {
  return z.number().check((payload) => reportAll(payload, [judge(payload.value)]));
}

/** `true` or `false`; the judge says what is wrong with it. */
export function flagThat(judge: Judge<boolean>): z.ZodMiniBoolean {
  return z.boolean().check((payload) => reportAll(payload, [judge(payload.value)]));
}

export function integerBetween(least: number, most: number): z.ZodMiniNumber {
  const range =
    most === Number.MAX_SAFE_INTEGER ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  return numberThat((value) =>
    Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : { code: 'MCPGW118', says: `must be ${range}` },
  );
}

export interface ClosedObjectOptions {
  /** Problems between the members; runs whatever else is wrong, so it must expect members of any type. */
  readonly alsoCheck?: (value: RawObject) => Iterable<Problem>;
  /** For unknown keys that people are known to write: what to do instead. */
  readonly hints?: Readonly<Record<string, string>>;
  /** Names that stand nowhere here but are worth suggesting. */
  readonly alsoSuggest?: readonly string[];
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
  };
  const schema = z.unknown().check((payload) => {
    const { value } = payload;
    delegate(payload, { schema: inner, value, at: [] });
    if (!isRawObject(value)) return;
    for (const key of Object.keys(value)) {
      if (keys.includes(key) || key.startsWith('x-') || key === '$schema') continue;
      payload.issues.push({ code: 'custom', input: undefined, path: [key], params: details });
    }
    reportAll(payload, options.alsoCheck?.(value) ?? []);
  });
  // A value that passes has the inner schema's type: the check hands all of that schema's issues on.
  return schema as unknown as ObjectOf<S>;
}

type DictionaryOf<V extends z.core.$ZodType> = z.ZodMiniType<Readonly<Record<string, z.infer<V>>>>;

/** An object whose keys are names that the author chooses, `__proto__` and `constructor` included. */
export function dictionary<V extends z.core.$ZodType>(member: V, judgeKey?: Judge<string>): DictionaryOf<V> {
  const schema = z.unknown().check((payload) => {
    const { value } = payload;
    if (!isRawObject(value)) {
      payload.issues.push({ code: 'invalid_type', expected: 'object', input: undefined });
      return;
    }
    for (const [key, element] of Object.entries(value)) {
      const problem = judgeKey?.(key);
      if (problem !== undefined) reportAll(payload, [{ ...problem, at: [key], part: 'key' }]);
      delegate(payload, { schema: member, value: element, at: [key] });
    }
  });
  // A value that passes is an object, and each of its own members passed the member's schema.
  return schema as unknown as DictionaryOf<V>;
}

/** The schema that the value's own shape calls for, so that the errors are those of the branch that was meant. */
export function choose<V extends z.core.$ZodType>(pick: (value: unknown) => V): z.ZodMiniType<z.infer<V>> {
  const schema = z.unknown().check((payload) => {
    delegate(payload, { schema: pick(payload.value), value: payload.value, at: [] });
  });
  // A value that passes has passed the schema that was picked.
  return schema as unknown as z.ZodMiniType<z.infer<V>>;
}

interface Delegation {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  readonly at: Path;
}

function delegate(payload: Payload, { schema, value, at }: Delegation): void {
  // jitless: each schema sees few values, so compiling one costs more than it saves.
  const result = z.safeParse(schema, value, { jitless: true });
  for (const issue of result.error?.issues ?? []) {
    payload.issues.push({ ...issue, input: undefined, path: [...at, ...issue.path] });
  }
}

function reportAll(payload: Pick<Payload, 'issues'>, problems: Iterable<Problem | undefined>): void {
  for (const problem of problems) {
    if (problem === undefined) continue;
    const params: IssueDetails = { kind: 'problem', problem };
    payload.issues.push({ code: 'custom', input: undefined, path: [...(problem.at ?? [])], params });
  }
}
