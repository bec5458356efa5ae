// What a text of the configuration has to look like, as JSON Schema: never stricter than the judges in schema/, which
// see the text when its secret references are resolved. So every rule lets a text with a `${` in it pass.
import { SIGNATURE_ALGORITHMS } from '../../policy/model.js';
import type { TextFacet } from '../schema/carried-structure.js';
import { DIVERTING_PARAMETERS, RESERVED_PARAMETERS } from '../schema/login.js';
import { definition, type JsonSchemaObject } from './schema-words.js';

type PatternFacet = Exclude<TextFacet, 'algorithm' | 'filled' | 'parameter-name'>;

/** A value of this kind; `texts` say what each name means, where there are names. */
export function textOf(facet: TextFacet, texts?: Readonly<Record<string, string>>): JsonSchemaObject {
  if (facet === 'algorithm') return oneOfNames(SIGNATURE_ALGORITHMS, texts);
  if (facet === 'filled') return { type: 'string', minLength: 1 };
  if (facet === 'parameter-name') return { type: 'string', ...keyOf(facet) };
  const { definedAs } = PATTERNS[facet];
  return definedAs === undefined ? patternedText(facet) : definition(definedAs);
}

/** A key of this kind: references are not resolved there. */
export function keyOf(facet: TextFacet): JsonSchemaObject {
  if (facet === 'algorithm') return { enum: SIGNATURE_ALGORITHMS };
  if (facet === 'filled') return { minLength: 1 };
  if (facet === 'parameter-name') return { not: { enum: [...RESERVED_PARAMETERS, ...DIVERTING_PARAMETERS] } };
  return { pattern: `^(?:${PATTERNS[facet].pattern})$`, patternErrorMessage: PATTERNS[facet].says };
}

/** One of these names, or a reference to one. */
export function oneOfNames(names: readonly string[], texts: Readonly<Record<string, string>> = {}): JsonSchemaObject {
  const isDescribed = names.every((name) => Object.hasOwn(texts, name));
  const enumDescriptions = isDescribed ? { enumDescriptions: names.map((name) => texts[name]) } : {};
  return { anyOf: [{ enum: names, ...enumDescriptions }, definition('secret-reference')] };
}

/** Kinds of text that stand in many places, by their names under `$defs`. */
export function textDefinitions(): Readonly<Record<string, JsonSchemaObject>> {
  // The keys of PATTERNS are those of its type.
  const facets = Object.keys(PATTERNS) as readonly PatternFacet[];
  const named = facets.flatMap((facet) => {
    const { definedAs } = PATTERNS[facet];
    return definedAs === undefined ? [] : [[definedAs, patternedText(facet)] as const];
  });
  const reference = { title: 'text with a secret reference', type: 'string', pattern: HOLDS_REFERENCE };
  return { 'secret-reference': reference, ...Object.fromEntries(named) };
}

function patternedText(facet: PatternFacet): JsonSchemaObject {
  const { title, pattern, says } = PATTERNS[facet];
  return { title, type: 'string', pattern: `^(?:${pattern})$|${HOLDS_REFERENCE}`, patternErrorMessage: says };
}

const HOLDS_REFERENCE = '\\$\\{';

/** Base64url without padding, of at least so many characters, or a reference. */
export function base64url(leastCharacters: number): JsonSchemaObject {
  return {
    type: 'string',
    pattern: `^[A-Za-z0-9_-]{${leastCharacters},}$|${HOLDS_REFERENCE}`,
    patternErrorMessage: 'must be base64url without padding, and long enough',
  };
}

const URL_CHARACTER = '[^\\s\\u0000-\\u001f\\u007f-\\u009f]';
/** What ends the authority of an http URL; browsers take a backslash for a slash, and slashes may be missing. */
const ENDS = '/\\\\?#';
/** One way to match alone, or a long host would be gone through once for each of its letters. */
const CREDENTIALS = `[:@]*[^${ENDS}:@][^${ENDS}]*@`;
const BEHIND_SCHEME = `[/\\\\]*(?!${CREDENTIALS})(?![${ENDS}])${URL_CHARACTER}+`;
/** No spelling of a loopback host starts with one of these letters: `localhost`, `127.0.0.1`, `[::1]`. */
const BEYOND_LOOPBACK = '[/\\\\]*[A-KM-Za-km-z]';

interface FacetPattern {
  /** What a text of this kind is called. */
  readonly title: string;
  /** Of the whole text, in ECMAScript's syntax with the `u` flag. */
  readonly pattern: string;
  readonly says: string;
  readonly definedAs?: string;
}

const PATTERNS: Readonly<Record<PatternFacet, FacetPattern>> = {
  'header-name': {
    title: 'header name',
    pattern: "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+",
    says: "must be a header name: letters, digits and !#$%&'*+-.^_`|~ alone",
    definedAs: 'header-name',
  },
  'header-value': {
    title: 'header value',
    pattern: '[\\t\\u0020-\\u007e\\u0080-\\u00ff]*',
    says: 'must be a header value: no control character, and no character beyond U+00FF',
  },
  url: {
    title: 'URL',
    pattern: `[Hh][Tt][Tt][Pp][Ss]?:${BEHIND_SCHEME}`,
    says: 'must be a URL (https://…) without credentials',
    definedAs: 'http-url',
  },
  'endpoint-url': {
    title: 'https URL',
    pattern: `[Hh][Tt][Tt][Pp](?:[Ss]:|:(?!${BEYOND_LOOPBACK}))${BEHIND_SCHEME}`,
    says: 'must be an https URL without credentials; plain http is for this machine alone',
    definedAs: 'https-url',
  },
  duration: {
    title: 'duration',
    pattern: '(?!0+[smhd])[0-9]{1,9}[smhd]',
    says: 'must be a duration: an integer above 0 and s, m, h or d ("30s", "12h")',
  },
  'introspection-media-type': {
    title: 'media type',
    pattern: `${anyCase('application')}/(?:${anyCase('x-www-form-urlencoded')}|${anyCase('json')})[\\t ]*(?:;[\\t\\u0020-\\u007e]*)?`,
    says: 'must be application/x-www-form-urlencoded or application/json',
  },
};

/** JSON Schema has no flags for its patterns. */
function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}
