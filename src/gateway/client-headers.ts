// What stands for the client's HTTP headers in a stdio session (spec: headers, "Where client headers come from"):
// the configuration's, the environment's, the command line's, and per request those in `params._meta`.
import { applyEdits, modify } from 'jsonc-parser';
import { McpgwError } from '../errors.js';
import { isHeaderName, isHeaderValue } from '../policy/headers/header-name.js';
import { PROTECTED_NAMES } from '../policy/headers/protected.js';
import type { HeaderField } from '../policy/model.js';
import { Secret } from '../secret/secret.js';
import { isObject, metaOf, type Params } from './json-rpc.js';

/** The key in `params._meta` that carries headers for one request; it is removed before the message goes on. */
export const HEADERS_META_KEY = 'mcpgw.dev/headers';

/** MCP's trace-context keys (2026-07-28, "_meta"), which become headers of the same name. */
const TRACE_KEYS = ['traceparent', 'tracestate', 'baggage'] as const;

const VARIABLE_PREFIX = 'MCPGW_HEADER_';

/** `MCPGW_HEADER_X_TENANT_ID=acme` is `x-tenant-id: acme`. */
export function headersFromEnvironment(env: Readonly<Record<string, string | undefined>>): readonly HeaderField[] {
  return Object.entries(env).flatMap(([variable, value]) => {
    if (!variable.startsWith(VARIABLE_PREFIX) || value === undefined) return [];
    const name = variable.slice(VARIABLE_PREFIX.length).toLowerCase().replaceAll('_', '-');
    if (!isHeaderName(name) || !isHeaderValue(value)) {
      throw new McpgwError('USAGE', `the variable ${variable} does not make a header: its name or value is not valid`);
    }
    return [headerField(name, value)];
  });
}

/**
 * `Name: value` lines of the command line or of a file.
 *
 * @throws McpgwError USAGE, naming the header and never its value
 */
export function parseHeaderLine(line: string): HeaderField {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim();
  const value = line.slice(colon + 1).trim();
  if (colon === -1) {
    throw new McpgwError('USAGE', 'a header line has no colon', { hint: "write it as 'Name: value'" });
  }
  if (!isHeaderName(name)) throw new McpgwError('USAGE', `"${name}" is not a header name`);
  if (!isHeaderValue(value)) throw new McpgwError('USAGE', `the value of the header ${name} cannot be sent`);
  return headerField(name, value);
}

/** A client header as a value that shows itself only where it is not a credential. */
export function headerField(name: string, value: string): HeaderField {
  const lower = name.toLowerCase();
  const sensitive = PROTECTED_NAMES.has(lower) || lower === 'authorization' || lower === 'proxy-authorization';
  return { name, value: sensitive ? new Secret(value) : value };
}

export type RequestHeaders =
  | { readonly kind: 'none' }
  | { readonly kind: 'headers'; readonly headers: readonly HeaderField[]; readonly carriesHeadersKey: boolean }
  | { readonly kind: 'invalid'; readonly message: string };

/** The headers that one message brings with it. */
export function headersFromMeta(params: Params | undefined): RequestHeaders {
  const meta = metaOf(params);
  if (meta === undefined) return { kind: 'none' };
  const headers: HeaderField[] = [];
  for (const key of TRACE_KEYS) {
    const value = meta[key];
    if (typeof value === 'string' && isHeaderValue(value)) headers.push({ name: key, value });
  }
  const carriesHeadersKey = Object.hasOwn(meta, HEADERS_META_KEY);
  if (!carriesHeadersKey)
    return headers.length === 0 ? { kind: 'none' } : { kind: 'headers', headers, carriesHeadersKey };
  const given = meta[HEADERS_META_KEY];
  if (!isObject(given))
    return { kind: 'invalid', message: `_meta["${HEADERS_META_KEY}"] must be an object of strings` };
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string' || !isHeaderName(name) || !isHeaderValue(value)) {
      return { kind: 'invalid', message: `_meta["${HEADERS_META_KEY}"] has a member that is not a header` };
    }
    headers.push(headerField(name, value));
  }
  return { kind: 'headers', headers, carriesHeadersKey };
}

/**
 * The message without `mcpgw.dev/headers`, all else as it came: printing it again would change numbers.
 * Undefined when it, or what it stands in, is there twice, so that cutting one would leave the other.
 */
export function withoutHeadersKey(text: string): string | undefined {
  const place = ['params', '_meta', HEADERS_META_KEY];
  let cut: string;
  try {
    cut = applyEdits(text, modify(text, place, undefined, {}));
  } catch {
    // The place is not in the members that come first.
    return undefined;
  }
  const left: unknown = JSON.parse(cut);
  const meta = isObject(left) && isObject(left['params']) ? metaOf(left['params']) : undefined;
  return meta !== undefined && Object.hasOwn(meta, HEADERS_META_KEY) ? undefined : cut;
}
