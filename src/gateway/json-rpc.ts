// JSON-RPC 2.0 as MCP uses it: what a line from the host is, and the errors that the gateway answers itself.

export type RequestId = string | number;

export interface RpcRequest {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params: Params | undefined;
  /** The message as it came, to be passed on unchanged. */
  readonly text: string;
}

export interface RpcNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: Params | undefined;
  readonly text: string;
}

/** The host's answer to a request of the server. */
export interface RpcResponse {
  readonly kind: 'response';
  readonly id: RequestId;
  readonly text: string;
}

export interface BadMessage {
  readonly kind: 'bad';
  readonly id: RequestId | null;
  readonly error: RpcError;
}

export type Params = Readonly<Record<string, unknown>>;
export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
/** Refused by the policy, or no login (spec: serve). */
export const UNAUTHORIZED = -31401;
/** Revision 2026-07-28: the protocol version is not supported; `data.supported`. */
export const UNSUPPORTED_VERSION = -32022;

/** What a line is. MCP has no batches since 2025-06-18, and ids are strings or integers, never null. */
export function parseMessage(text: string): RpcMessage | BadMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad(null, PARSE_ERROR, 'the line is not JSON');
  }
  if (Array.isArray(value)) return bad(null, INVALID_REQUEST, 'batches are not part of MCP');
  if (!isObject(value)) return bad(null, INVALID_REQUEST, 'a message is a JSON object');
  const id = value['id'];
  const known = isRequestId(id) ? id : null;
  if (value['jsonrpc'] !== '2.0')
    return bad(value['method'] === undefined ? null : known, INVALID_REQUEST, 'jsonrpc must be "2.0"');
  if (Object.hasOwn(value, 'id') && known === null) {
    return bad(null, INVALID_REQUEST, 'an id is a string or an integer');
  }
  const { method, params } = value;
  // Without a method the id is that of a request of the server: an error under it would answer another's request.
  if (method === undefined) {
    const answers = Number(Object.hasOwn(value, 'result')) + Number(Object.hasOwn(value, 'error'));
    if (known !== null && answers === 1) return { kind: 'response', id: known, text };
    return bad(null, INVALID_REQUEST, 'a message needs a method, or an id with a result or an error');
  }
  if (typeof method !== 'string') return bad(known, INVALID_REQUEST, 'method must be a string');
  if (params !== undefined && !isObject(params)) return bad(known, INVALID_REQUEST, 'params must be an object');
  if (known === null) return { kind: 'notification', method, params, text };
  return { kind: 'request', id: known, method, params, text };
}

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}

export function isRpcError(value: unknown): value is Params & RpcError {
  return isObject(value) && Number.isInteger(value['code']) && typeof value['message'] === 'string';
}

/** The JSON-RPC error that the body of a refusal holds, whatever its id: in one exchange there is only one request it can mean. */
export function rpcErrorIn(body: string): RpcError | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const error = isObject(value) ? value['error'] : undefined;
  if (!isObject(error) || !Number.isInteger(error['code']) || typeof error['message'] !== 'string') return undefined;
  const { code, message, data } = error;
  return { code: code as number, message, ...(data === undefined ? {} : { data }) }; // isInteger has just said so
}

/** The error of an answer that is no result. */
export function errorOf({ error }: Params): RpcError {
  return isRpcError(error) ? error : { code: INTERNAL_ERROR, message: 'an answer without a result' };
}

/** `params._meta`, where it is an object. */
export function metaOf(params: Params | undefined): Params | undefined {
  const meta = params?.['_meta'];
  return isObject(meta) ? meta : undefined;
}

/** Never throws: `data` of an upstream that is nested too deep to be written is left out. */
export function errorText(id: RequestId | null, error: RpcError): string {
  try {
    return JSON.stringify({ jsonrpc: '2.0', id, error });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const { code, message } = error;
    return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
  }
}

function bad(id: RequestId | null, code: number, message: string): BadMessage {
  return { kind: 'bad', id, error: { code, message } };
}

/** What the host gets when a login is what is missing: `data.login` is what to run (spec: serve, code table). */
export function loginRequired({ message, command }: { readonly message: string; readonly command: string }): RpcError {
  const data = { error: 'unauthorized', error_description: message, login: command };
  return { code: UNAUTHORIZED, message: `${message} (run: ${command})`, data };
}
