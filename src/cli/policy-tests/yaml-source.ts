// YAML (and so JSON) read value by value, each with its place: every mistake becomes a problem with line and column, and
// reading goes on. Knows nothing of what the values mean.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Pair,
  type YAMLMap,
  visit,
} from 'yaml';
import { nearestKey } from '../../config/suggest.js';

/** From 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  readonly message: string;
}

export interface Value {
  /** What it is called in messages. */
  readonly label: string;
  readonly place: Place;
  readonly node: Node | undefined;
}

export interface YamlSource {
  /** Undefined when the text is no document. */
  readonly root: Value | undefined;
  /** In the order in which they were found. */
  readonly problems: readonly Problem[];
  readonly report: (place: Place, message: string) => void;
  /** The members; those whose key is not among the known ones are reported, with the one that was meant. */
  readonly members: (value: Value, known: readonly string[]) => ReadonlyMap<string, Value>;
  readonly isMap: (value: Value) => boolean;
  /** A map or a list with nothing in it. */
  readonly isEmpty: (value: Value) => boolean;
  /** The members of a map whose keys are the author's. */
  readonly entries: (value: Value) => readonly (readonly [string, Value])[];
  readonly items: (value: Value) => readonly Value[];
  /** Undefined, and reported, when it is no text or an empty one. */
  readonly text: (value: Value) => string | undefined;
  /** As `JSON.parse` would give it. */
  readonly json: (value: Value) => unknown;
}

export function readYaml(text: string): YamlSource {
  const problems: Problem[] = [];
  const counter = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report = (place: Place, message: string): void => void problems.push({ ...place, message });
  const document = parsed(text, counter);
  // A tag that nobody knows is a warning there: what it means would be lost here.
  const complaints = document === undefined ? [] : [...document.errors, ...document.warnings];
  for (const error of complaints) report(placeAt(error.pos[0]), error.message.replace(/\.$/, ''));
  if (document !== undefined) {
    visit(document, {
      Alias: (_key, alias) => {
        if (alias.resolve(document) !== undefined) return;
        const { source, range } = alias;
        report(placeAt(range?.[0] ?? 0), `\`*${source}\` stands for nothing: no \`&${source}\` is before it`);
      },
    });
  }
  const isSound = document !== undefined && problems.length === 0 && isPlainJson(document);
  if (!isSound && problems.length === 0) {
    report(placeAt(0), NO_JSON);
  }

  const valueOf = (node: unknown, label: string, fallback: Place): Value => {
    const found = node as Node | null; // the library types the parts of a parsed document as unknown
    const place = found?.range == null ? fallback : placeAt(found.range[0]);
    return { label, place, node: isAlias(found) ? document && found.resolve(document) : (found ?? undefined) };
  };
  const entries = (value: Value): readonly (readonly [string, Value])[] => {
    if (!isMap(value.node)) {
      report(value.place, `${value.label} must be a map`);
      return [];
    }
    return unmerged(value.node, document).flatMap(({ key, value: member }) => {
      const name = valueOf(key, value.label, value.place);
      if (!isScalar(name.node) || typeof name.node.value !== 'string') {
        report(name.place, `a key of ${value.label} is no text`);
        return [];
      }
      return [[name.node.value, valueOf(member, `\`${name.node.value}\``, name.place)] as const];
    });
  };

  return {
    root: isSound ? valueOf(document.contents, 'the file', { line: 1, column: 1 }) : undefined,
    problems,
    report,
    isMap: ({ node }) => isMap(node),
    isEmpty: ({ node }) => (isMap(node) || isSeq(node)) && node.items.length === 0,
    entries,
    members: (value, known) =>
      new Map(
        entries(value).filter(([key, { place }]) => {
          if (known.includes(key)) return true;
          const meant = nearestKey(key, known);
          const hint = meant === undefined ? `known are: ${known.join(', ')}` : `did you mean \`${meant}\`?`;
          report(keyPlace(value, key, placeAt) ?? place, `\`${key}\` is not a known key; ${hint}`);
          return false;
        }),
      ),
    items: (value) => {
      if (isSeq(value.node)) {
        return value.node.items.map((item, index) => valueOf(item, `${value.label}[${index}]`, value.place));
      }
      report(value.place, `${value.label} must be a list`);
      return [];
    },
    text: (value) => {
      if (isScalar(value.node) && typeof value.node.value === 'string' && value.node.value !== '') {
        return value.node.value;
      }
      const isBare = isScalar(value.node) && value.node.value !== null && value.node.value !== '';
      report(value.place, `${value.label} must be text${isBare ? ': put it in quotes' : ''}`);
      return undefined;
    },
    json: ({ node }) =>
      document === undefined || node === undefined ? null : (node.toJS(document, LIMITS) as unknown),
  };
}

/** The members with those that `<<` brings in (YAML 1.1, "merge"): a map's own come first, then those of earlier sources. */
function unmerged(map: YAMLMap, document: Parsed | undefined): readonly Pair[] {
  const own = map.items.filter((pair) => !isMergeKey(pair));
  const brought = map.items.filter(isMergeKey).flatMap(({ value }) => {
    const source = resolved(value, document);
    const maps = isSeq(source) ? source.items.map((item) => resolved(item, document)) : [source];
    return maps.flatMap((each) => (isMap(each) ? unmerged(each, document) : []));
  });
  const names = new Set(own.map(({ key }) => nameOf(key)));
  return [
    ...own,
    ...brought.filter(({ key }) => {
      const name = nameOf(key);
      const isNew = !names.has(name);
      names.add(name);
      return isNew;
    }),
  ];
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function nameOf(key: unknown): unknown {
  return isScalar(key) ? key.value : key;
}

function resolved(node: unknown, document: Parsed | undefined): unknown {
  return isAlias(node) && document !== undefined ? node.resolve(document) : node;
}

const NO_JSON =
  'this cannot be read: it is nested too deeply, refers to itself, merges (`<<`) what is no map, or holds what JSON cannot';

function keyPlace({ node }: Value, key: string, placeAt: (offset: number) => Place): Place | undefined {
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  const range = isScalar(pair?.key) ? pair.key.range : undefined;
  return range == null ? undefined : placeAt(range[0]);
}

type Parsed = NonNullable<ReturnType<typeof parsed>>;

function parsed(text: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, merge: true });
  } catch {
    return undefined;
  }
}

/** Aliases in all, those that aliases bring along multiplied: a file of many tests may name its callers often. */
const LIMITS = { maxAliasCount: 10_000 };

/** False for what JSON has no form for (sets, dates, infinity), what refers to itself, and aliases without end. */
function isPlainJson(document: Parsed): boolean {
  try {
    return isPlain(document.toJS(LIMITS));
  } catch {
    return false;
  }
}

/** @throws RangeError for what is nested too deeply */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== 'object' || value === null) return typeof value !== 'number' || Number.isFinite(value);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}
