// Secret references of a whole document: every text is parsed, and resolved through the Host where the caller wants
// values. What comes back is a document with the values in place, and where those stand.
import type { Finding } from './finding.js';
import { labelOf, pointerOf, type Path } from './path.js';
import { emptyObject, isRawObject, membersOf } from './raw-value.js';
import {
  parseReferences,
  referenceLabel,
  resolveTemplate,
  type ParsedText,
  type ReferenceWorld,
} from '../secret/resolve.js';

export interface ResolvedDocument {
  readonly value: unknown;
  /** Pointers of the values that came from references. */
  readonly references: ReadonlySet<string>;
  /** Pointers of those among them that have no value here: checks that need one are skipped. */
  readonly undetermined: ReadonlySet<string>;
  /** `${keychain:…}` references, which this version does not resolve. */
  readonly keychain: readonly Path[];
  readonly findings: readonly Finding[];
}

/** What references are resolved in; the members are those of CheckOptions. */
export interface ReferenceOptions extends ReferenceWorld {
  readonly resolveReferences: boolean;
  readonly trusted: boolean;
}

interface Progress {
  readonly world: ReferenceOptions;
  readonly references: Set<string>;
  readonly undetermined: Set<string>;
  readonly keychain: Path[];
  readonly findings: Finding[];
}

export async function resolveDocument(document: unknown, world: ReferenceOptions): Promise<ResolvedDocument> {
  const progress: Progress = {
    world,
    references: new Set(),
    undetermined: new Set(),
    keychain: [],
    findings: [],
  };
  const texts: PlacedText[] = [];
  for (const { text, path } of textsToResolve(document)) {
    texts.push({ text: await resolvedText(text, { path, progress }), path });
  }
  return { value: withTexts(document, { texts, depth: 0 }), ...progress };
}

interface PlacedText {
  readonly text: string;
  readonly path: Path;
}

/** Every text that may hold a reference. Only those are waited for: a document has thousands of others. */
function textsToResolve(document: unknown): readonly PlacedText[] {
  const found: PlacedText[] = [];
  const path: (string | number)[] = [];
  const visit = (value: unknown, step: string | number): void => {
    path.push(step);
    look(value);
    path.pop();
  };
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.includes('${')) found.push({ text: value, path: [...path] });
    } else if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) visit(element, index);
    } else if (isRawObject(value)) {
      for (const key in value) visit(value[key], key);
    }
  };
  look(document);
  return found;
}

interface Placing {
  /** Those at or below the value. */
  readonly texts: readonly PlacedText[];
  /** How many steps from the root the value stands. */
  readonly depth: number;
}

/** A copy of what lies on the way to the texts; all else is the document's own. */
function withTexts(value: unknown, { texts, depth }: Placing): unknown {
  const [first] = texts;
  if (first === undefined) return value;
  if (first.path.length === depth) return first.text;
  const below = new Map<string | number, PlacedText[]>();
  for (const text of texts) {
    const step = text.path[depth] ?? '';
    const others = below.get(step);
    if (others === undefined) below.set(step, [text]);
    else others.push(text);
  }
  const next = (member: unknown, step: string | number): unknown =>
    withTexts(member, { texts: below.get(step) ?? [], depth: depth + 1 });
  if (Array.isArray(value)) return value.map(next);
  const object = emptyObject();
  for (const [key, member] of membersOf(value)) object[key] = next(member, key);
  return object;
}

interface Step {
  readonly path: Path;
  readonly progress: Progress;
}

/** The text with its values in place; the text as written where it has none, which is then undetermined. */
async function resolvedText(text: string, { path, progress }: Step): Promise<string> {
  const parsed = parseReferences(text);
  if (parsed.kind === 'literal') return parsed.text;
  const pointer = pointerOf(path);
  progress.references.add(pointer);
  const outcome = await outcomeOf(parsed, progress.world);
  if ('value' in outcome) return outcome.value;
  progress.undetermined.add(pointer);
  if (outcome.keychain) progress.keychain.push(path);
  for (const problem of outcome.problems)
    progress.findings.push({ ...problem, path, part: 'value', message: `${labelOf(path)}: ${problem.message}` });
  return text;
}

type Problem = Pick<Finding, 'code' | 'message' | 'help'>;
type Outcome = { readonly value: string } | { readonly keychain: boolean; readonly problems: readonly Problem[] };

async function outcomeOf(parsed: Exclude<ParsedText, { kind: 'literal' }>, world: ReferenceOptions): Promise<Outcome> {
  if (parsed.kind === 'malformed') {
    return {
      keychain: false,
      problems: [
        {
          code: 'MCPGW115',
          message: 'this `${` starts no secret reference',
          help: 'write `${NAME}`, `${NAME:-default}`, `${file:path}` or `${keychain:service/account}`; `$${` is a literal `${`',
        },
      ],
    };
  }
  if (!world.trusted) {
    const names = parsed.references.map((reference) => `\`${referenceLabel(reference)}\``).join(', ');
    return {
      keychain: false,
      problems: [
        { code: 'MCPGW117', message: `a configuration that was only found here may not use ${names}`, help: NAME_IT },
      ],
    };
  }
  const keychain = parsed.references.some((reference) => reference.kind === 'keychain');
  if (keychain || !world.resolveReferences) return { keychain, problems: [] };
  const resolution = await resolveTemplate(parsed.template, world);
  if (resolution.kind === 'resolved') return { value: resolution.value.reveal() };
  return { keychain, problems: resolution.reasons.map((message) => ({ code: 'MCPGW115', message })) };
}

/** Help of MCPGW117: naming a file is what makes it trusted. */
export const NAME_IT = 'name the file with -c to say that you trust it';
