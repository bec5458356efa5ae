// The header list of one upstream request: what the policy merged, and the transport's own, which nothing else may
// set (MCP 2025-11-25 and 2026-07-28, "Streamable HTTP"; 2026-07-28, "Mcp-Method and Mcp-Name").
import type { MergedHeaders } from '../policy/headers/merge.js';
import { reveal } from '../secret/secret.js';
import type { Params } from './json-rpc.js';

/** What every POST says of itself, whatever the revision. `simulate` shows these with the source `protocol`. */
export const POST_HEADERS: readonly string[] = [
  'content-type',
  'application/json',
  'accept',
  'application/json, text/event-stream',
];

/** `POST_HEADERS` by name and value. */
export function protocolHeaders(): readonly { readonly name: string; readonly value: string }[] {
  return POST_HEADERS.flatMap((name, index) =>
    index % 2 === 0 ? [{ name, value: POST_HEADERS[index + 1] ?? '' }] : [],
  );
}

/** Names and values in turn, as the wire takes them. */
export function wireHeaders(merged: MergedHeaders): readonly string[] {
  return merged.sent.flatMap((header) => [header.name, reveal(header.value)]);
}

/** 2025-11-25: the session and the negotiated revision, once there are such. */
export function sessionHeaders(session: {
  readonly id: string | undefined;
  readonly version: string | undefined;
}): readonly string[] {
  return [
    ...(session.id === undefined ? [] : ['mcp-session-id', session.id]),
    ...(session.version === undefined ? [] : ['mcp-protocol-version', session.version]),
  ];
}

/** 2026-07-28: what the message is, repeated in headers. `version` equals the body's `_meta` value. */
export function envelopeHeaders({
  version,
  method,
  params,
}: {
  readonly version: string;
  readonly method: string;
  readonly params: Params | undefined;
}): readonly string[] {
  const name = mcpName(method, params);
  return [
    'mcp-protocol-version',
    version,
    'mcp-method',
    method,
    ...(name === undefined ? [] : ['mcp-name', encodeSentinel(name)]),
  ];
}

const NAMING_MEMBER: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

function mcpName(method: string, params: Params | undefined): string | undefined {
  const member = Object.hasOwn(NAMING_MEMBER, method) ? NAMING_MEMBER[method] : undefined;
  const value = member === undefined ? undefined : params?.[member];
  return typeof value === 'string' ? value : undefined;
}

/** A value that is not plain ASCII travels as `=?base64?…?=` (2026-07-28, "Header value encoding"). */
export function encodeSentinel(value: string): string {
  const plain =
    /^[\x20-\x7e\t]+$/.test(value) &&
    value.trim() === value &&
    !(value.startsWith('=?base64?') && value.endsWith('?='));
  return plain ? value : `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
