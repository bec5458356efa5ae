// zod's issues → findings, by their codes and never by their texts: the one place that knows zod's words. Loaded only
// when there is something to say.
import type * as z from 'zod/mini';
import type { Finding } from './finding.js';
import { ruleOfCode, valueKnownAs } from './other-names.js';
import { labelOf, pointerOf, type Path } from './path.js';
import { elementsOf, memberOf } from './raw-value.js';
import type { IssueDetails } from './schema/structure.js';
import { nearest, rememberedNearestKey, type NearestKey } from './suggest.js';

export interface IssueContext {
  readonly document: unknown;
  /** Pointers of values that must not even be hinted at. */
  readonly references: ReadonlySet<string>;
}

export function findingsOf(issues: readonly z.core.$ZodIssue[], context: IssueContext): readonly Finding[] {
  const nearestKey = rememberedNearestKey();
  const findings = issues.map((issue) => findingOf(issue, { ...context, nearestKey }));
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
  readonly nearestKey: NearestKey;
}

function findingOf(issue: z.core.$ZodIssue, context: FindingContext): IssueFinding {
  // Paths of JSON documents hold keys and indices, never symbols.
  const path = issue.path as Path;
  // Every custom issue comes from schema/structure.ts, which puts the details in.
  if (issue.code === 'custom') return ownFinding(path, issue.params as unknown as IssueDetails, context);
  const value = valueAt(context.document, path);
  if (value === undefined) return missing(path);
  if (issue.code === 'invalid_type') {
    const finding = wrongType(path, { expected: issue.expected, value });
    return context.references.has(pointerOf(path)) ? { ...finding, help: TEXT_ALONE } : finding;
  }
  if (issue.code === 'invalid_value') return notAllowed({ path, allowed: issue.values, context });
  return { code: 'MCPGW102', path, part: 'value', message: `${labelOf(path)} is not a value that is allowed here` };
}

function ownFinding(path: Path, details: IssueDetails, { nearestKey }: FindingContext): IssueFinding {
  if (details.kind === 'unknown-key') {
    const key = String(path.at(-1));
    const hint = Object.hasOwn(details.hints, key) ? details.hints[key] : undefined;
    const rule = ruleOfCode(key, details.known);
    const meant = rule ?? nearestKey(key, details.known);
    const help = hint ?? (meant === undefined ? details.otherwise : `did you mean \`${meant}\`?`);
    return { code: 'MCPGW103', path, part: 'key', message: `${labelOf(path)} is not a known key`, help, meant };
  }
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

function wrongType(path: Path, { expected, value }: { expected: string; value: unknown }): Finding {
  const wanted = TYPE_WORDS[expected] ?? `of type ${expected}`;
  // JSON can write numbers that are none: 1e999.
  const isInfinite = expected === 'number' && typeof value === 'number';
  const says = isInfinite ? 'must be a finite number' : `must be ${wanted}, not ${kindOf(value)}`;
  return { code: 'MCPGW102', path, part: 'value', message: `${labelOf(path)} ${says}` };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'a text' : 'a number';
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
