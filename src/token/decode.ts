// A compact JWS (RFC 7515 section 7.1) taken apart, as strictly as the standards allow: a token that two parsers could
// read differently is refused. Nothing here verifies anything.
import { parseStrictObject, type JsonObject } from './strict-json.js';

/** Longer tokens are refused unread; real ones are under 16 KiB. */
export const TOKEN_SIZE_LIMIT = 64 * 1024;

export interface DecodedToken {
  readonly ok: true;
  readonly header: JsonObject;
  readonly payload: JsonObject;
}

export interface MalformedToken {
  readonly ok: false;
  /** `token` when the parts cannot be told apart. */
  readonly part: 'token' | 'header' | 'payload' | 'signature';
  /** Characters from the start of the token. */
  readonly offset: number;
  /** One clause: "a member stands twice in one object". Holds nothing of the token. */
  readonly problem: string;
}

/** Decodes a token of at most TOKEN_SIZE_LIMIT characters. Never throws. */
export function decodeToken(token: string): DecodedToken | MalformedToken {
  const parts = token.split('.');
  const [header, payload, signature, ...rest] = parts;
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    return { ok: false, part: 'token', offset: 0, problem: partsProblem(token, parts.length) };
  }
  const payloadStart = header.length + 1;
  const signatureStart = payloadStart + payload.length + 1;
  const decodedHeader = decodeObject(header, 'header', 0);
  if (!decodedHeader.ok) return decodedHeader;
  const decodedPayload = decodeObject(payload, 'payload', payloadStart);
  if (!decodedPayload.ok) return decodedPayload;
  const signatureFlaw = base64urlFlaw(signature);
  if (signatureFlaw !== undefined) {
    return { ok: false, part: 'signature', ...signatureFlaw, offset: signatureStart + signatureFlaw.offset };
  }
  return { ok: true, header: decodedHeader.value, payload: decodedPayload.value };
}

function partsProblem(token: string, count: number): string {
  if (/^\s*\{/.test(token)) return 'it is in JSON serialisation, not compact';
  if (count === 5) return 'it has five parts: an encrypted token (JWE) cannot be verified with public keys';
  return `it has ${count} ${count === 1 ? 'part' : 'parts'} where a JWT has three, separated by dots`;
}

function decodeObject(
  encoded: string,
  part: 'header' | 'payload',
  start: number,
): { readonly ok: true; readonly value: JsonObject } | MalformedToken {
  const flaw = base64urlFlaw(encoded);
  if (flaw !== undefined) return { ok: false, part, problem: flaw.problem, offset: start + flaw.offset };
  const text = decodeUtf8(Buffer.from(encoded, 'base64url'));
  if (text === undefined) return { ok: false, part, problem: 'it is not UTF-8', offset: start };
  const parsed = parseStrictObject(text);
  if (parsed.ok) return parsed;
  // Four characters of base64url carry three bytes.
  const bytesBefore = Buffer.byteLength(text.slice(0, parsed.offset));
  return { ok: false, part, problem: parsed.problem, offset: start + Math.floor((bytesBefore * 4) / 3) };
}

/** Why a part is no canonical base64url (RFC 7515 section 2: no padding, white space, or spare bits), and where. */
function base64urlFlaw(encoded: string): { readonly problem: string; readonly offset: number } | undefined {
  if (encoded === '') return { problem: 'it is empty', offset: 0 };
  const illegal = /[^A-Za-z0-9_-]/.exec(encoded);
  if (illegal !== null) return { problem: 'a character is not of the base64url alphabet', offset: illegal.index };
  if (encoded.length % 4 === 1)
    return { problem: 'its length is not one that base64url can have', offset: encoded.length };
  const lastGroup = encoded.slice(encoded.length - (encoded.length % 4));
  if (Buffer.from(lastGroup, 'base64url').toString('base64url') !== lastGroup) {
    return { problem: 'its last character has spare bits that are not zero', offset: encoded.length - 1 };
  }
  return undefined;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    // A byte order mark stays in the text, where JSON refuses it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
