// Lines that a host should not write, good calls between them, and what each is to be answered with, said by a model of its
// own: JSON-RPC 2.0 ("Error object") and MCP's words about ids and batches.
import * as fc from 'fast-check';

export interface HostLine {
  readonly bytes: Buffer;
  readonly answer: Answer;
}

export type Answer =
  | { readonly kind: 'none' }
  /** A result with this text; the server's own. */
  | { readonly kind: 'echo'; readonly id: string; readonly text: string }
  | { readonly kind: 'error'; readonly id: string | null; readonly code: number }
  /** Whatever the server makes of it. */
  | { readonly kind: 'one'; readonly id: string };

/** Makes lines; `id` is the line's own, for whatever carries one, and `meta` the members of `_meta` that the revision wants. */
export type LineMaker = (id: string, meta: object) => HostLine;

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;

const NONE: Answer = { kind: 'none' };
const nobody = (code: number): Answer => ({ kind: 'error', id: null, code });
const line = (text: string | Buffer, answer: Answer): HostLine => ({ bytes: Buffer.from(text), answer });

/** `quoted`: the text as it stands in the message. */
function callText(idText: string, quoted: string, meta: object): string {
  return `{"jsonrpc":"2.0","id":${idText},"method":"tools/call","params":{"name":"echo","arguments":{"text":${quoted}},"_meta":${JSON.stringify(meta)}}}`;
}
const echo = (id: string, text: string): Answer => ({ kind: 'echo', id, text });

const good: fc.Arbitrary<LineMaker> = fc
  .string({ unit: fc.oneof(fc.constantFrom('\0', '\n', '\r', '\uD800', '\uDC00', '\u2028', '"'), fc.string()) })
  .map((text) => (id, meta) => line(callText(JSON.stringify(id), JSON.stringify(text), meta), echo(id, text)));

/** A lone surrogate in UTF-8: no text, and read as U+FFFD as decoders do. */
const notUtf8: fc.Arbitrary<LineMaker> = fc.constant((id, meta) => {
  const [before = '', after = ''] = callText(JSON.stringify(id), '"|"', meta).split('|');
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(after)]);
  return { bytes, answer: echo(id, '\uFFFD\uFFFD\uFFFD') };
});

const surrogateId: fc.Arbitrary<LineMaker> = fc.constantFrom('\uD800', '\uDFFF-', '\0').map((odd) => (id, meta) => {
  const whole = `${odd}${id}`;
  return line(callText(JSON.stringify(whole), '"t"', meta), echo(whole, 't'));
});

/** What has no line end in it, and is anything else. */
const bytes: fc.Arbitrary<LineMaker> = fc
  .uint8Array({ maxLength: 300 })
  .map((raw) => Buffer.from(raw.filter((byte) => byte !== 0x0a)))
  .map((raw) => () => ({ bytes: raw, answer: ofNoMessage(raw) }));

/** JSON, but no object. */
const values: fc.Arbitrary<LineMaker> = fc
  .oneof(fc.json(), fc.constantFrom('1e999', '""', 'null', '[]', '[[]]', '-0'))
  .filter((text) => !text.startsWith('{'))
  .map((text) => () => line(text, nobody(INVALID_REQUEST)));

function ofNoMessage(raw: Buffer): Answer {
  const text = raw.toString('utf8');
  if (text.trim() === '') return NONE;
  try {
    JSON.parse(text);
    return nobody(INVALID_REQUEST);
  } catch {
    return nobody(PARSE_ERROR);
  }
}

/** A good call that ends too soon. */
const half: fc.Arbitrary<LineMaker> = fc.double({ min: 0.05, max: 0.95, noNaN: true }).map((share) => (id, meta) => {
  const text = callText(JSON.stringify(id), '"half"', meta);
  return line(text.slice(0, Math.ceil(text.length * share)), nobody(PARSE_ERROR));
});

const batch: fc.Arbitrary<LineMaker> = fc.integer({ min: 1, max: 3 }).map((count) => (id, meta) => {
  const calls = Array.from({ length: count }, (_, index) => callText(JSON.stringify(`${id}-${index}`), '"b"', meta));
  return line(`[${calls.join(',')}]`, nobody(INVALID_REQUEST));
});

const wrongId: fc.Arbitrary<LineMaker> = fc
  .constantFrom('null', '1.5', '{}', '{"a":1}', '[]', '["x"]', 'true', '1e400', '9007199254740993', '-9007199254740993')
  .map((id) => (_, meta) => line(callText(id, '"w"', meta), nobody(INVALID_REQUEST)));

const wrongShape: fc.Arbitrary<LineMaker> = fc
  .constantFrom(
    '"method":"ping"',
    '"jsonrpc":"1.0","method":"ping"',
    '"jsonrpc":2.0,"method":"ping"',
    '"jsonrpc":"2.0","method":7',
    '"jsonrpc":"2.0","method":null',
    '"jsonrpc":"2.0","method":"ping","params":[1]',
    '"jsonrpc":"2.0","method":"ping","params":"p"',
  )
  .map(
    (members) => (id) => line(`{"id":${JSON.stringify(id)},${members}}`, { kind: 'error', id, code: INVALID_REQUEST }),
  );

/** Of these it is not even said what they are about. */
const noMessage: fc.Arbitrary<LineMaker> = fc
  .constantFrom(
    '{}',
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
  )
  .map((text) => () => line(text, nobody(INVALID_REQUEST)));

/** To nothing that a server has asked. */
const answerToNothing: fc.Arbitrary<LineMaker> = fc.constant((id) =>
  line(JSON.stringify({ jsonrpc: '2.0', id, result: {} }), NONE),
);

const unknownNotification: fc.Arbitrary<LineMaker> = fc.constant((_, meta) =>
  line(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/unknown', params: { _meta: meta } }), NONE),
);

const unknownMethod: fc.Arbitrary<LineMaker> = fc
  .constantFrom('unknown', 'tools/calls', 'Tools/call', '__proto__', 'x'.repeat(500))
  .map((method) => (id, meta) => {
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params: { _meta: meta } });
    return line(text, { kind: 'error', id, code: METHOD_NOT_FOUND });
  });

const deepNothing: fc.Arbitrary<LineMaker> = fc
  .record({ depth: fc.constantFrom(1_000, 100_000), isClosed: fc.boolean() })
  .map(({ depth, isClosed }) => () => {
    const text = '['.repeat(depth) + (isClosed ? ']'.repeat(depth) : '');
    return line(text, nobody(isClosed ? INVALID_REQUEST : PARSE_ERROR));
  });

const deepArguments: fc.Arbitrary<LineMaker> = fc.constantFrom(1_000, 50_000).map((depth) => (id, meta) => {
  const text = callText(JSON.stringify(id), '['.repeat(depth) + ']'.repeat(depth), meta);
  return line(text, { kind: 'one', id });
});

/** Could be read in two ways: refused where tools are under rules. */
const twice: fc.Arbitrary<LineMaker> = fc
  .constantFrom('"method":"tools/call",', '"id":"other",', '"params":{"name":"hidden"},', '"ID":1,')
  .map((member) => (id, meta) => {
    const text = `{${member}${callText(JSON.stringify(id), '"d"', meta).slice(1)}`;
    return line(text, { kind: 'error', id, code: INVALID_REQUEST });
  });

const bom: fc.Arbitrary<LineMaker> = fc.constant((id, meta) =>
  line(`\uFEFF${callText(JSON.stringify(id), '"b"', meta)}`, nobody(PARSE_ERROR)),
);

const nul: fc.Arbitrary<LineMaker> = fc
  .constantFrom('\0', '\0\0')
  .map((zeros) => (id, meta) => line(callText(JSON.stringify(id), `"${zeros}"`, meta), nobody(PARSE_ERROR)));

const blank: fc.Arbitrary<LineMaker> = fc.constantFrom('', ' ', '\t\t', '\r').map((text) => () => line(text, NONE));

/** Nothing of these reaches the server, whatever the session is in. */
export const junkLine: fc.Arbitrary<LineMaker> = fc.oneof(
  bytes,
  values,
  half,
  batch,
  wrongId,
  wrongShape,
  noMessage,
  deepNothing,
  bom,
  nul,
  blank,
);

/** All of them, within a session. */
export const anyLine: fc.Arbitrary<LineMaker> = fc.oneof(
  { arbitrary: good, weight: 12 },
  { arbitrary: junkLine, weight: 12 },
  { arbitrary: fc.oneof(notUtf8, surrogateId, twice, deepArguments), weight: 4 },
  { arbitrary: fc.oneof(unknownMethod, unknownNotification, answerToNothing), weight: 4 },
);
