// Text → value, for JSON and JSONC (comments, trailing commas, a byte order mark). Objects are built without a
// prototype, so `__proto__` is a key like any other. All syntax errors and duplicate keys are found in one pass;
// nothing here throws, however deep or broken the text is.
import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Finding } from './finding.js';
import { labelOf, type Path } from './path.js';
import { emptyObject, type RawObject } from './raw-value.js';

/** Deeper documents are refused: the parser is recursive, and no configuration comes near it. */
const DEPTH_LIMIT = 100;

/** What the parser stumbled over; syntax.ts says what is wrong. */
export interface SyntaxFault {
  /** jsonc-parser's name of it, or `DepthExceeded`. */
  readonly kind: string;
  readonly offset: number;
  readonly length: number;
}

export interface ParsedConfig {
  /** The text that offsets refer to: without the byte order mark. */
  readonly text: string;
  readonly value: unknown;
  readonly root: Node | undefined;
  readonly syntax: readonly SyntaxFault[];
  /** Whether `value` is all that the text says, in spite of `syntax`: then the rest can be judged in the same run. */
  readonly isWhole: boolean;
  readonly duplicates: readonly Finding[];
}

export function parseConfig(given: string): ParsedConfig {
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  const tooDeep = depthExceeded(text);
  if (tooDeep !== undefined)
    return { text, value: undefined, root: undefined, syntax: [tooDeep], isWhole: false, duplicates: [] };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const duplicates: Finding[] = [];
  const value = root === undefined ? undefined : valueOf(root, { path: [], duplicates });
  const syntax = errors.map(({ error, ...range }) => ({ kind: printParseErrorCode(error), ...range }));
  const isWhole =
    root !== undefined &&
    syntax.length <= MOST_REPAIRS &&
    syntax.every((fault, index) => isRepaired(text, { fault, next: syntax[index + 1] }));
  return { text, value, root, syntax, isWhole, duplicates };
}

/** A text that lacks more commas is no configuration with slips. */
const MOST_REPAIRS = 20;

/** Whether jsonc-parser goes on behind the fault as if the text had been right. */
function isRepaired(
  text: string,
  { fault, next }: { readonly fault: SyntaxFault; readonly next: SyntaxFault | undefined },
): boolean {
  // A number or a word may be the rest of a broken one; a bracket that closes belongs to something else.
  return fault.kind === 'CommaExpected' && '"{['.includes(text.charAt(fault.offset)) && next?.offset !== fault.offset;
}

function depthExceeded(text: string): SyntaxFault | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  // A token's first character tells brackets from all else; at the end of the text the offset is its length.
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const first = text.charAt(offset);
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > DEPTH_LIMIT) return { kind: 'DepthExceeded', offset, length: 1 };
  }
  return undefined;
}

interface Building {
  /** Of the value that is being built; one list for the whole document, because there are many values. */
  readonly path: (string | number)[];
  readonly duplicates: Finding[];
}

function valueOf(node: Node, building: Building): unknown {
  if (node.type === 'object') return objectOf(node, building);
  if (node.type !== 'array') {
    // jsonc-parser gives the decoded literal of every other node.
    return node.value as unknown;
  }
  return (node.children ?? []).map((child, index) => {
    building.path.push(index);
    const element = valueOf(child, building);
    building.path.pop();
    return element;
  });
}

function objectOf(node: Node, building: Building): RawObject {
  const object = emptyObject();
  let offsets: ReadonlyMap<unknown, number> | undefined;
  for (const property of node.children ?? []) {
    const [key, member] = property.children ?? [];
    if (typeof key?.value !== 'string' || member === undefined) continue;
    building.path.push(key.value);
    if (key.value in object) {
      offsets ??= firstOffsets(node);
      building.duplicates.push({ ...duplicate([...building.path]), firstOffset: offsets.get(key.value) ?? 0 });
    }
    object[key.value] = valueOf(member, building);
    building.path.pop();
  }
  return object;
}

/** Where the first key of each name starts. */
function firstOffsets({ children = [] }: Node): ReadonlyMap<unknown, number> {
  const keys = children.flatMap(({ children: [key] = [] }) => (key === undefined ? [] : [key]));
  return new Map(keys.toReversed().map(({ value, offset }) => [value as unknown, offset]));
}

function duplicate(path: Path): Finding {
  return {
    code: 'MCPGW101',
    path,
    part: 'key',
    message: `${labelOf(path)} stands twice in this object`,
    help: 'keep one of them',
  };
}
