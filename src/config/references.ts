// Secret references of a whole document: every text is parsed, and resolved through the Host where the caller wants
// values. What comes back is a document with the values in place, and where those stand.
import type { Finding } from './finding.js';
import { labelOf, pointerOf, type Path } from './path.js';
import { emptyObject, isRawObject } from './raw-value.js';
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
    object[key] = await resolvedValue(member, { path: [...path, key], progress });
  }
  return object;
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
