// A compact JWS (RFC 7515 section 7.1) taken apart, as strictly as the standards allow: a token that two parsers could
// read differently is refused. Nothing here verifies anything.
import { parseStrictObject, type JsonObject } from '../strict-json.js';

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

/** A token whose header is read, and whose other parts are not yet. */
export interface DecodedHeader {
  readonly ok: true;
  readonly header: JsonObject;
  readonly payloadPart: string;
  /** Characters from the start of the token. */
  readonly payloadStart: number;
  readonly signaturePart: string;
}

/** Decodes a token of at most TOKEN_SIZE_LIMIT characters. Never throws. */
export function decodeToken(token: string): DecodedToken | MalformedToken {
  const head = decodeHeader(token);
  return head.ok ? decodePayload(head) : head;
}

/** The first half of `decodeToken`: the parts told apart, the header read. */
export function decodeHeader(token: string): DecodedHeader | MalformedToken {
  const parts = token.split('.');
  const [headerPart, payloadPart, signaturePart] = parts;
  if (headerPart === undefined || payloadPart === undefined || signaturePart === undefined || parts.length > 3) {
    return { ok: false, part: 'token', offset: 0, problem: partsProblem(token, parts.length) };
  }
  const header = decodeObject(headerPart, 'header', 0);
  if (!header.ok) return header;
  return { ok: true, header: header.value, payloadPart, payloadStart: headerPart.length + 1, signaturePart };
}

/** The second half: the payload read, the form of the signature looked at. */
export function decodePayload({
  header,
  payloadPart,
  payloadStart,
  signaturePart,
}: DecodedHeader): DecodedToken | MalformedToken {
  const payload = decodeObject(payloadPart, 'payload', payloadStart);
  if (!payload.ok) return payload;
  if (decodeBase64url(signaturePart) === undefined) {
    const signatureStart = payloadStart + payloadPart.length + 1;
    return { ok: false, part: 'signature', ...shifted(base64urlFlaw(signaturePart), signatureStart) };
  }
  return { ok: true, header, payload: payload.value };
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
  const bytes = decodeBase64url(encoded);
  if (bytes === undefined) return { ok: false, part, ...shifted(base64urlFlaw(encoded), start) };
  const text = decodeUtf8(bytes);
  if (text === undefined) return { ok: false, part, problem: 'it is not UTF-8', offset: start };
  const parsed = parseStrictObject(text);
  if (parsed.ok) return parsed;
  // Four characters of base64url carry three bytes.
  const bytesBefore = Buffer.byteLength(text.slice(0, parsed.offset));
  return { ok: false, part, problem: parsed.problem, offset: start + Math.floor((bytesBefore * 4) / 3) };
}

/** The bytes of canonical base64url (RFC 7515 section 2: no padding, white space, or spare bits), else undefined. */
function decodeBase64url(encoded: string): Buffer | undefined {
  const bytes = Buffer.from(encoded, 'base64url');
  return encoded !== '' && bytes.toString('base64url') === encoded ? bytes : undefined;
}

interface Flaw {
  readonly problem: string;
  readonly offset: number;
}

/** Why a part is no canonical base64url, and where. */
function base64urlFlaw(encoded: string): Flaw {
  if (encoded === '') return { problem: 'it is empty', offset: 0 };
  const illegal = /[^A-Za-z0-9_-]/.exec(encoded);
  if (illegal !== null) return { problem: 'a character is not of the base64url alphabet', offset: illegal.index };
  if (encoded.length % 4 === 1) {
    return { problem: 'its length is not one that base64url can have', offset: encoded.length };
  }
  return { problem: 'its last character has spare bits that are not zero', offset: encoded.length - 1 };
}

function shifted({ problem, offset }: Flaw, start: number): Flaw {
  return { problem, offset: start + offset };
}

/** A byte order mark stays in the text, where JSON refuses it. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
