// Secret references of a whole document: every text that is ours is parsed, and resolved through the Host where the
// caller wants values. What comes back is a document with the values in place, and where those stand. Keys are never
// looked into, and neither is a value that came from a reference.
import type { Finding } from './finding.js';
import { isForeign } from './foreign-keys.js';
import { labelOf, pointerOf, type Path } from './path.js';
import { emptyObject, isRawObject } from './raw-value.js';
import { parseReferences, referenceLabel, type ParsedText } from '../secret/reference.js';
import { createResolver, type ReferenceWorld, type Resolver } from '../secret/resolve.js';

export interface ResolvedDocument {
  readonly value: unknown;
  /** Pointers of the values that came from references. */
  readonly references: ReadonlySet<string>;
  /** Pointers of those among them that have no value here: checks that need one are skipped. */
  readonly undetermined: ReadonlySet<string>;
  /** The defaults of the references (`${NAME:-default}`), which are the file's own. */
  readonly defaults: readonly PlacedDefault[];
  readonly findings: readonly Finding[];
}

/** A default, and where the text stands that has its reference. */
export interface PlacedDefault {
  readonly text: string;
  readonly path: Path;
}

/** What references are resolved in; the members are those of CheckOptions. */
export interface ReferenceOptions extends ReferenceWorld {
  readonly resolveReferences: boolean;
  readonly resolveWithin?: readonly string[] | undefined;
  readonly trusted: boolean;
}

interface Progress {
  readonly world: ReferenceOptions;
  readonly resolver: Resolver;
  readonly references: Set<string>;
  readonly undetermined: Set<string>;
  readonly defaults: PlacedDefault[];
  readonly findings: Finding[];
}

export async function resolveDocument(document: unknown, world: ReferenceOptions): Promise<ResolvedDocument> {
  const progress: Progress = {
    world,
    resolver: createResolver(world),
    references: new Set(),
    undetermined: new Set(),
    defaults: [],
    findings: [],
  };
  return { value: await resolvedValue(document, { path: [], progress }), ...progress };
}

interface Step {
  readonly path: Path;
  readonly progress: Progress;
}

async function resolvedValue(value: unknown, { path, progress }: Step): Promise<unknown> {
  if (typeof value === 'string') {
    return value.includes('${') ? resolvedText(value, { path, progress }) : value;
  }
  if (Array.isArray(value)) {
    const elements: unknown[] = [];
    for (const [index, element] of value.entries()) {
      elements.push(await resolvedValue(element, { path: [...path, index], progress }));
    }
    return elements;
  }
  if (!isRawObject(value)) return value;
  const object = emptyObject();
  for (const [key, member] of Object.entries(value)) {
    object[key] = isForeign(path, key) ? member : await resolvedValue(member, { path: [...path, key], progress });
  }
  return object;
}

/** The text with its values in place; the text as written where it has none, which is then undetermined. */
async function resolvedText(text: string, { path, progress }: Step): Promise<string> {
  const parsed = parseReferences(text);
  if (parsed.kind === 'literal') return parsed.text;
  const pointer = pointerOf(path);
  progress.references.add(pointer);
  progress.defaults.push(...defaultsIn(parsed).map((fallback) => ({ text: fallback, path })));
  const outcome = await outcomeOf(parsed, { path, progress });
  if ('value' in outcome) return outcome.value;
  progress.undetermined.add(pointer);
  for (const problem of outcome.problems)
    progress.findings.push({ ...problem, path, part: 'value', message: `${labelOf(path)}: ${problem.message}` });
  return text;
}

function defaultsIn(parsed: ParsedText): readonly string[] {
  if (parsed.kind !== 'template') return [];
  return parsed.references.flatMap((reference) =>
    reference.kind === 'env' && reference.fallback !== undefined ? [reference.fallback] : [],
  );
}

type Problem = Pick<Finding, 'code' | 'message' | 'help'>;
type Outcome = { readonly value: string } | { readonly problems: readonly Problem[] };

async function outcomeOf(
  parsed: Exclude<ParsedText, { kind: 'literal' }>,
  { path, progress: { world, resolver } }: Step,
): Promise<Outcome> {
  if (parsed.kind === 'malformed') return { problems: [MALFORMED] };
  if (!world.trusted) {
    const names = new Set(parsed.references.map((reference) => `\`${referenceLabel(reference)}\``));
    const message = `a configuration that was only found here may not use ${[...names].join(', ')}`;
    return { problems: [{ code: 'MCPGW117', message, help: NAME_IT }] };
  }
  if (!world.resolveReferences || !isWithin(path, world.resolveWithin)) return { problems: [] };
  const resolution = await resolver.resolve(parsed.template);
  if (resolution.kind === 'resolved') return { value: resolution.value.reveal() };
  // The sentence names the reference: one that stands in the text several times is one problem.
  const problems = new Map(resolution.problems.map((problem) => [problem.message, problem]));
  return { problems: [...problems.values()].map((problem) => ({ code: 'MCPGW115', ...problem })) };
}

function isWithin(path: Path, keys: readonly string[] | undefined): boolean {
  return keys === undefined || path.some((step) => keys.some((key) => key === step));
}

const MALFORMED: Problem = {
  code: 'MCPGW115',
  message: 'this `${` starts no secret reference',
  help:
    'write `${NAME}`, `${NAME:-default}`, `${file:path}` or `${keychain:service/account}`, without a brace inside; ' +
    '`$${` is a literal `${`',
};

/** Help of MCPGW117: naming a file is what makes it trusted. */
export const NAME_IT = 'name the file with -c to say that you trust it';
