// Every key of every valid configuration misspelt in every usual way, and every value replaced by one of every other
// type: exactly that is reported, at exactly its place. Where it stands is found by writing a marker in its stead and
// looking for the marker, so that the program's own idea of places has no part in it.
import { parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import type { Diagnostic, Place } from '../../../src/diagnostics/diagnostic.js';
import { goodConfigs } from '../../support/good-configs.js';
import { checkText } from './check-text.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Path = readonly (string | number)[];

const CONFIGS = goodConfigs().map(({ name, text }) => ({ name, text, value: parse(text) as Json }));

describe('the configurations that this is tried on', () => {
  test.each(CONFIGS)('are valid: $name', async ({ text }) => {
    expect(errorsOf(await checkText(text))).toEqual([]);
  });

  test('use every key of the specification', () => {
    const used = new Set(CONFIGS.flatMap(({ value }) => [...pathsIn(value)].map((path) => path.at(-1))));
    expect(KEYS_OF_THE_SPECIFICATION.filter((key) => !used.has(key))).toEqual([]);
  });
});

describe.each(CONFIGS)('in $name', ({ value }) => {
  test('a misspelt key is one error at that key, and its help names the key that was meant', async () => {
    const failures: unknown[] = [];
    for (const path of pathsIn(value)) {
      const key = path.at(-1);
      if (typeof key !== 'string' || isNameOfAuthor(path)) continue;
      for (const wrong of misspellings(key)) {
        const { text, range } = withMarker(value, { path, part: 'key', written: JSON.stringify(wrong) });
        const errors = errorsOf(await checkText(text));
        const expected = { code: 'MCPGW103', place: placeOf(text, range), help: `did you mean \`${key}\`?` };
        const consequences = await errorsWithout(value, path);
        const others = errors.filter(({ code, pointer }) => !consequences.has(`${code} ${pointer}`));
        const found = others.map(({ code, place, help }) => ({ code, place, help }));
        if (JSON.stringify(found) !== JSON.stringify([expected])) failures.push({ path, wrong, expected, errors });
      }
    }
    expect(failures).toEqual([]);
  });

  test('a value of another type is one error at that value', async () => {
    const failures: unknown[] = [];
    for (const path of pathsIn(value)) {
      const allowed = allowedTypes(path, valueAt(value, path));
      for (const [type, written] of Object.entries(WRITTEN)) {
        if (allowed.includes(type)) continue;
        const { text, range } = withMarker(value, { path, part: 'value', written });
        const found = errorsOf(await checkText(text)).map(({ place }) => place);
        const expected = [placeOf(text, range)];
        if (JSON.stringify(found) !== JSON.stringify(expected)) failures.push({ path, type, expected, found });
      }
    }
    expect(failures).toEqual([]);
  });
});

function errorsOf({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }): readonly Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'error');
}

/** Of every member and element, and not of what lies under keys that nobody reads. */
function* pathsIn(value: Json, at: Path = []): Iterable<Path> {
  if (typeof value !== 'object' || value === null || isUnread(at)) return;
  const steps = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const step of steps) {
    yield [...at, step];
    yield* pathsIn(valueAt(value, [step]), [...at, step]);
  }
}

function valueAt(value: Json, path: Path): Json {
  return path.reduce<Json>((parent, step) => (parent as Record<string | number, Json>)[step] ?? null, value);
}

/** Keys without an effect may hold anything. */
function isUnread(path: Path): boolean {
  const [parent, key] = [path.at(-2), path.at(-1)];
  if (key === '$schema' || String(key).startsWith('x-') || key === 'software_statement') return true;
  return key === 'redirect_uris' || (parent === 'oauth_metadata' && (key === 'jwks' || key === 'oauth_metadata'));
}

/** Objects whose keys are names: of servers, headers, claims, tools, parameters, members of a JSON Web Key. */
function isNameOfAuthor(path: Path): boolean {
  const [parent, above] = [path.at(-2), path.at(-3)];
  if (isUnread(path) || typeof parent === 'number') return typeof parent !== 'number' || above === 'keys';
  const isFields = ['headers', 'passthrough_headers', 'client_headers'].includes(String(parent));
  const named = ['mcpServers', 'claimValues', 'required_claims', 'tool_authorization', 'authorization_params'];
  // The members of a JSON Web Key Set are free (RFC 7517 section 5).
  if (parent === 'jwks') return true;
  return (isFields && above !== 'forward_headers') || [...named, 'client_assertion_key'].includes(String(parent));
}

const WRITTEN: Readonly<Record<string, string>> = {
  string: '"a text"',
  number: '1',
  boolean: 'true',
  null: 'null',
  array: '[]',
  object: '{}',
};

const EVERY_TYPE = Object.keys(WRITTEN);

/** The types that may stand there. Of JSON Web Keys, whose members are free, only `kty` is tried. */
function allowedTypes(path: Path, value: Json): readonly string[] {
  const [above, parent, key] = [path.at(-3), path.at(-2), path.at(-1)];
  if (isUnread(path) || (above === 'keys' && key !== 'kty')) return EVERY_TYPE;
  if (parent === 'client_assertion_key' && key !== 'kty') return EVERY_TYPE;
  const own = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const isSwitch = path.length === 3 && path[0] === 'mcpServers' && key !== 'url';
  return [own, ...(isSwitch ? ['null'] : []), ...otherTypes(path, value)];
}

function otherTypes(path: Path, value: Json): readonly string[] {
  const [parent, key] = [path.at(-2), path.at(-1)];
  // `null` in a server's entry stands in the place of whatever the key may hold.
  if (value === null) return EVERY_TYPE;
  if (key === 'forward_headers') return ['array', 'object'];
  if (parent === 'forward_headers' && typeof key === 'number') return ['string', 'object'];
  if (path.at(-3) === 'forward_headers' && parent === 'headers') return ['string', 'object'];
  // An empty list there is an error, too, but of the rule.
  if (key === 'values') return ['string', 'number', 'boolean', 'array'];
  if (parent === 'values') return ['string', 'number', 'boolean'];
  if (key === 'resource') return ['string', 'boolean'];
  return key === 'client_assertion_key' ? ['string', 'object'] : [];
}

/** The ways in which keys are misspelt; none of them is a key that stands in the specification. */
function misspellings(key: string): readonly string[] {
  const middle = key.length >> 1;
  const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const swapped = `${key.slice(0, middle - 1)}${key[middle] ?? ''}${key[middle - 1] ?? ''}${key.slice(middle + 1)}`;
  const wrong = [
    key.slice(0, middle) + key.slice(middle + 1),
    swapped,
    key.toUpperCase(),
    camel === key ? snake : camel,
    key.replaceAll(/[_-]/g, ''),
    `x${key}`,
    `${key}x`,
  ];
  return [...new Set(wrong)].filter((word) => word !== key && !KEYS_OF_THE_SPECIFICATION.includes(word));
}

interface Marking {
  readonly path: Path;
  readonly part: 'key' | 'value';
  /** JSON that stands in the place of the marker. */
  readonly written: string;
}

const MARKER = 'here it is';

/** The document with one key or value rewritten, and where that now stands. */
function withMarker(value: Json, { path, part, written }: Marking): { text: string; range: [number, number] } {
  const marked = JSON.stringify(rewritten(value, { path, part }), undefined, 2);
  const quoted = JSON.stringify(MARKER);
  const start = marked.indexOf(quoted);
  const text = marked.slice(0, start) + written + marked.slice(start + quoted.length);
  return { text, range: [start, start + written.length] };
}

function rewritten(value: Json, { path: [step, ...rest], part }: Pick<Marking, 'path' | 'part'>): Json {
  if (step === undefined) return MARKER;
  const isHere = rest.length === 0 && part === 'key';
  if (Array.isArray(value)) {
    return value.map((element: Json, index) => (index === step ? rewritten(element, { path: rest, part }) : element));
  }
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>).map(([key, member]) => {
      if (key !== step) return [key, member];
      return isHere ? [MARKER, member] : [key, rewritten(member, { path: rest, part })];
    }),
  );
}

/** What it causes that the key is not there, as `code pointer`. */
async function errorsWithout(value: Json, path: Path): Promise<ReadonlySet<string>> {
  const { text } = withMarker(value, { path, part: 'key', written: '"x-gone"' });
  return new Set(errorsOf(await checkText(text)).map(({ code, pointer }) => `${code} ${pointer}`));
}

function placeOf(text: string, [start, end]: readonly [number, number]): Place {
  const at = (offset: number): readonly [number, number] => {
    const lines = text.slice(0, offset).split('\n');
    return [lines.length, (lines.at(-1)?.length ?? 0) + 1];
  };
  const [[line, column], [endLine, endColumn]] = [at(start), at(end)];
  return { line, column, endLine, endColumn };
}

/** Config, "Server entry" and "Three forms"; token rules, "Fields"; headers; identity; login. */
const KEYS_OF_THE_SPECIFICATION: readonly string[] = `
  mcpServers mcp_integration_details configurations client_headers identity_issuer identity_signing_key lint
  url transport type auth_type headers passthrough_headers forward_headers user_identity_forwarding jwt_validation
  oauth_metadata external_auth_config allow_insecure_http tools tool_authorization timeout_ms header_command tls
  allowed blocked required_claims values matchType command ttl_seconds ca cert key mode from to
  jwksUri jwks introspectEndpoint algorithms headerKey clockTolerance maxTokenAge cacheMaxAge requiredClaims
  claimValues headerPayloadMatch introspectClientId introspectClientSecret introspectContentType
  introspectCacheMaxAge requireExp typ keys
  method include_claims header_name jwt_expiry_seconds audience on_missing
  issuer authorization_endpoint token_endpoint registration_endpoint revocation_endpoint introspection_endpoint
  device_authorization_endpoint userinfo_endpoint jwks_uri scopes_supported response_types_supported
  grant_types_supported code_challenge_methods_supported token_endpoint_auth_methods_supported
  client_id client_secret client_id_metadata_url scope resource token_endpoint_auth_method client_assertion_key
  client_assertion_alg client_assertion_kid redirect_uri authorization_params
  client_name client_uri logo_uri software_id software_version grant_types response_types contacts tos_uri policy_uri
  redirect_uris software_statement
`
  .trim()
  .split(/\s+/);
