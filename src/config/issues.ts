// zod's issues → findings, by their codes and never by their texts: the one place that knows zod's words. Loaded only
// when there is something to say.
import type * as z from 'zod/mini';
import type { Finding } from './finding.js';
import { valueKnownAs } from './other-names.js';
import { labelOf, pointerOf, type Path } from './path.js';
import { elementsOf, memberOf } from './raw-value.js';
import type { IssueDetails } from './schema/structure.js';
import { kindOf } from './value-kind.js';
import { nearest } from './suggest.js';
import { keyAdviser, type AdviseOnKey } from './unknown-key.js';

export interface IssueContext {
  readonly document: unknown;
  /** Pointers of values that must not even be hinted at. */
  readonly references: ReadonlySet<string>;
}

export function findingsOf(issues: readonly z.core.$ZodIssue[], context: IssueContext): readonly Finding[] {
  const adviseOnKey = keyAdviser(context.document);
  const findings = issues.map((issue) => findingOf(issue, { ...context, adviseOnKey }));
  const misspelt = new Set(
    findings.flatMap(({ path, meant }) => (meant === undefined ? [] : [pointerOf([...path.slice(0, -1), meant])])),
  );
  return misspelt.size === 0 ? findings : findings.filter((finding) => !followsFrom(misspelt, finding));
}

/** Any of these is what MCPGW108 finds missing. */
const VALIDATION_METHODS = ['jwksUri', 'jwks', 'introspectEndpoint'];

/** Whether the only reason for a missing key is that it is misspelt: that is one mistake, and has been said. */
function followsFrom(misspelt: ReadonlySet<string>, { code, path, part, lacks }: IssueFinding): boolean {
  const keys = code === 'MCPGW108' && part === 'value' ? VALIDATION_METHODS : lacks === undefined ? [] : [lacks];
  return keys.some((key) => misspelt.has(pointerOf([...path, key])));
}

interface IssueFinding extends Finding {
  /** The key that is missing, when that is what was found. */
  readonly lacks?: string;
  /** The key that an unknown one probably stands for. */
  readonly meant?: string | undefined;
}

interface FindingContext extends IssueContext {
  readonly adviseOnKey: AdviseOnKey;
}

function findingOf(issue: z.core.$ZodIssue, context: FindingContext): IssueFinding {
  // Paths of JSON documents hold keys and indices, never symbols.
  const path = issue.path as Path;
  // Every custom issue comes from schema/structure.ts, which puts the details in.
  if (issue.code === 'custom') return ownFinding(path, issue.params as unknown as IssueDetails, context);
  const value = valueAt(context.document, path);
  if (value === undefined) return missing(path);
  if (issue.code === 'invalid_type') {
    const wanted = TYPE_WORDS[issue.expected] ?? `of type ${issue.expected}`;
    return wrongType(path, { wanted, context });
  }
  if (issue.code === 'invalid_value') return notAllowed({ path, allowed: issue.values, context });
  return { code: 'MCPGW102', path, part: 'value', message: `${labelOf(path)} is not a value that is allowed here` };
}

function ownFinding(path: Path, details: IssueDetails, context: FindingContext): IssueFinding {
  if (details.kind === 'unknown-key') {
    const message = `${labelOf(path)} is not a known key`;
    return { code: 'MCPGW103', path, part: 'key', message, ...context.adviseOnKey(path, details) };
  }
  if (details.kind === 'wrong-type') return wrongType(path, { wanted: details.wanted, context });
  const { code, says, help, part = 'value' } = details.problem;
  return { code, path, part, message: `${labelOf(path)} ${says}`, help };
}

function missing(path: Path): IssueFinding {
  const parent = path.slice(0, -1);
  const message = `${labelOf(parent)} lacks ${labelOf(path)}`;
  return { code: 'MCPGW104', path: parent, part: 'value', message, lacks: String(path.at(-1)) };
}

const TEXT_ALONE = 'a secret reference gives a text: write the value itself';

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text in double quotes',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function wrongType(path: Path, { wanted, context }: { wanted: string; context: IssueContext }): Finding {
  const value = valueAt(context.document, path);
  // JSON can write numbers that are none: 1e999.
  const isInfinite = wanted === TYPE_WORDS['number'] && typeof value === 'number';
  const says = isInfinite ? 'must be a finite number' : `must be ${wanted}, not ${kindOf(value)}`;
  const help = context.references.has(pointerOf(path)) ? TEXT_ALONE : undefined;
  return { code: 'MCPGW102', path, part: 'value', message: `${labelOf(path)} ${says}`, help };
}

interface NotAllowed {
  readonly path: Path;
  readonly allowed: readonly unknown[];
  readonly context: IssueContext;
}

function notAllowed({ path, allowed, context }: NotAllowed): Finding {
  const value = valueAt(context.document, path);
  const names = allowed.filter((name) => typeof name === 'string');
  const message = `${labelOf(path)} must be ${inWords(allowed.map((name) => JSON.stringify(name)))}`;
  const mayHint = typeof value === 'string' && !context.references.has(pointerOf(path));
  const near = mayHint ? (valueKnownAs(value, names) ?? nearest(value, names)) : undefined;
  return {
    code: typeof value === 'string' || names.length === 0 ? 'MCPGW105' : 'MCPGW102',
    path,
    part: 'value',
    message,
    help: near === undefined ? undefined : `did you mean "${near}"?`,
  };
}

function inWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof step === 'number' ? elementsOf(value)[step] : memberOf(value, step)),
    document,
  );
}
