// Text → value, for JSON and JSONC (comments, trailing commas, a byte order mark). Objects are built without a
// prototype, so `__proto__` is a key like any other. All syntax errors and duplicate keys are found in one pass;
// nothing here throws, however deep or broken the text is.
import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Finding } from './finding.js';
import { labelOf, type Path } from './path.js';
import { emptyObject, type RawObject } from './raw-value.js';

/** Deeper documents are refused: the parser is recursive, and no configuration comes near it. */
const DEPTH_LIMIT = 100;

export interface SyntaxProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  /** The value is whole all the same (a missing comma): what else is wrong can be told in the same run. */
  readonly isRepaired: boolean;
}

export interface ParsedConfig {
  /** The text that offsets refer to: without the byte order mark. */
  readonly text: string;
  readonly value: unknown;
  readonly root: Node | undefined;
  /** When one of them is not repaired, `value` is not to be relied upon. */
  readonly syntax: readonly SyntaxProblem[];
  readonly duplicates: readonly Finding[];
}

export function parseConfig(given: string): ParsedConfig {
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  const tooDeep = depthProblem(text);
  if (tooDeep !== undefined) return { text, value: undefined, root: undefined, syntax: [tooDeep], duplicates: [] };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const duplicates: Finding[] = [];
  const value = root === undefined ? undefined : valueOf(root, { path: [], duplicates });
  return { text, value, root, syntax: onceEach(errors).map(syntaxProblem), duplicates };
}

function depthProblem(text: string): SyntaxProblem | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  // A token's first character tells brackets from all else; at the end of the text the offset is its length.
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const first = text.charAt(offset);
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > DEPTH_LIMIT) {
      return {
        offset,
        length: 1,
        message: `the document is nested deeper than ${DEPTH_LIMIT} levels`,
        isRepaired: false,
      };
    }
  }
  return undefined;
}

interface Building {
  readonly path: Path;
  readonly duplicates: Finding[];
}

function valueOf(node: Node, building: Building): unknown {
  if (node.type === 'object') return objectOf(node, building);
  if (node.type === 'array') {
    return (node.children ?? []).map((child, index) =>
      valueOf(child, { ...building, path: [...building.path, index] }),
    );
  }
  // jsonc-parser gives the decoded literal of every other node.
  return node.value as unknown;
}

function objectOf(node: Node, { path, duplicates }: Building): RawObject {
  const object = emptyObject();
  for (const property of node.children ?? []) {
    const [key, member] = property.children ?? [];
    if (typeof key?.value !== 'string' || member === undefined) continue;
    const memberPath = [...path, key.value];
    if (Object.hasOwn(object, key.value)) {
      duplicates.push({
        code: 'MCPGW101',
        path: memberPath,
        part: 'key',
        message: `${labelOf(memberPath)} stands twice in this object`,
        help: 'keep one of them',
      });
    }
    object[key.value] = valueOf(member, { path: memberPath, duplicates });
  }
  return object;
}

const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is not JSON: a text needs double quotes, and the only words are true, false and null',
  InvalidNumberFormat: 'this is not a JSON number',
  PropertyNameExpected: 'a key in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is expected here',
  CloseBraceExpected: 'a closing } is expected here',
  CloseBracketExpected: 'a closing ] is expected here',
  EndOfFileExpected: 'the document has ended, but more follows',
  UnexpectedEndOfComment: 'this comment does not end',
  UnexpectedEndOfString: 'this text does not end: a double quote is missing',
  UnexpectedEndOfNumber: 'this number does not end',
  InvalidUnicode: 'this \\u escape is not valid: it takes four hexadecimal digits',
  InvalidEscapeCharacter: 'this escape is not valid in JSON',
  InvalidCharacter: 'a control character is not allowed in a text: write it as an escape',
};

/** Those after which jsonc-parser goes on as if the text had been right. */
const REPAIRED: ReadonlySet<string> = new Set([
  'CommaExpected',
  'InvalidUnicode',
  'InvalidEscapeCharacter',
  'InvalidCharacter',
]);

/** Two unclosed objects are one complaint about the end of the text. */
function onceEach(errors: readonly ParseError[]): readonly ParseError[] {
  return [...new Map(errors.map((error) => [`${error.error} ${error.offset}`, error])).values()];
}

function syntaxProblem({ error, offset, length }: ParseError): SyntaxProblem {
  const name = printParseErrorCode(error);
  return { offset, length, message: SYNTAX_MESSAGES[name] ?? 'this is not JSON', isRepaired: REPAIRED.has(name) };
}
