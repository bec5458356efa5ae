// Parameters that are repeated as headers: which annotations count, which make a tool unusable, and how values are written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paramHeaderList, paramHeadersOf } from '../../../src/gateway/tools/param-headers.js';

const annotated = (header: unknown, type: unknown = 'string') => ({ type, 'x-mcp-header': header });
const tool = (properties: object) => ({ type: 'object', properties });

function paramsOf(schema: unknown) {
  const found = paramHeadersOf(schema);
  if (found.kind === 'invalid') throw new Error(found.why);
  return found.params;
}

describe('the annotations of a tool', () => {
  it('count at any depth of properties', () => {
    const inner = tool({ zone: annotated('Zone', 'integer'), plain: { type: 'string' } });
    expect(paramsOf(tool({ region: annotated('Region'), place: inner, dry: annotated('dry-run', 'boolean') }))).toEqual(
      [
        { path: ['region'], name: 'Mcp-Param-Region' },
        { path: ['place', 'zone'], name: 'Mcp-Param-Zone' },
        { path: ['dry'], name: 'Mcp-Param-dry-run' },
      ],
    );
  });

  it.each([undefined, null, true, 'text', {}, tool({}), tool({ 'x-mcp-header': { type: 'string' } })])(
    'may be none: %j',
    (schema) => {
      expect(paramsOf(schema)).toEqual([]);
    },
  );

  it('in a value that is no schema are none', () => {
    expect(paramsOf(tool({ a: { type: 'object', default: annotated('X'), examples: [annotated('Y')] } }))).toEqual([]);
  });

  it.each<[string, object]>([
    ['an empty name', tool({ a: annotated('') })],
    ['a name with a space', tool({ a: annotated('My Region') })],
    ['a name with a colon', tool({ a: annotated('Region:Primary') })],
    ['a name beyond ASCII', tool({ a: annotated('Région') })],
    ['a control character', tool({ a: annotated('Region\t1') })],
    ['a line break', tool({ a: annotated('A\r\nX-Evil: 1') })],
    ['no text', tool({ a: annotated(7) })],
    ['number', tool({ a: annotated('A', 'number') })],
    ['object', tool({ a: annotated('A', 'object') })],
    ['array', tool({ a: annotated('A', 'array') })],
    ['null', tool({ a: annotated('A', 'null') })],
    ['several types', tool({ a: annotated('A', ['string', 'null']) })],
    ['no type', tool({ a: { 'x-mcp-header': 'A' } })],
    ['the same twice', tool({ a: annotated('A'), b: annotated('A') })],
    ['the same in other letters', tool({ a: annotated('MyField'), b: tool({ c: annotated('myfield') }) })],
    ['the schema itself', { ...tool({}), 'x-mcp-header': 'A' }],
    ['elements', tool({ a: { type: 'array', items: annotated('A') } })],
    ['an alternative', tool({ a: { anyOf: [annotated('A')] } })],
    ['a definition', { ...tool({}), $defs: { a: annotated('A') } }],
    ['a condition', { ...tool({}), if: { properties: { a: annotated('A') } } }],
    ['a property of elements', tool({ a: { type: 'array', items: tool({ b: annotated('B') }) } })],
  ])('are refused: %s', (_what, schema) => {
    expect(paramHeadersOf(schema)).toMatchObject({ kind: 'invalid', why: expect.stringMatching(/^x-mcp-header: /) });
  });

  it('of a schema without end are refused, not followed', () => {
    let schema: object = annotated('A');
    for (let depth = 0; depth < 10_000; depth++) schema = tool({ a: schema });
    expect(paramHeadersOf(schema)).toEqual({ kind: 'invalid', why: 'its schema is nested too deep' });
  });
});

describe('the headers of a call', () => {
  const params = paramsOf(
    tool({
      s: annotated('S'),
      i: annotated('I', 'integer'),
      b: annotated('B', 'boolean'),
      o: tool({ s: annotated('O') }),
    }),
  );

  it('are the values, in the form of headers', () => {
    expect(paramHeaderList(params, { s: 'us-west1', i: 42, b: false, o: { s: 'x y' } })).toEqual([
      'Mcp-Param-S',
      'us-west1',
      'Mcp-Param-I',
      '42',
      'Mcp-Param-B',
      'false',
      'Mcp-Param-O',
      'x y',
    ]);
  });

  it.each([
    {},
    undefined,
    null,
    'text',
    { s: null, i: undefined, b: null, o: null },
    { s: {}, i: 1.5, b: [], o: 'x' },
    { i: 2 ** 60 },
  ])('are left out where there is no value that a header can have: %j', (args) => {
    expect(paramHeaderList(params, args)).toEqual([]);
  });

  it('never take what is not the own member of the arguments', () => {
    const inherited = paramsOf(tool({ toString: annotated('T'), constructor: tool({ name: annotated('N') }) }));
    expect(paramHeaderList(inherited, {})).toEqual([]);
  });

  it('come back as the value that they stand for, whatever it is, and break no line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [, value = ''] = paramHeaderList(params, { s: text });
        expect(value).toMatch(/^[\t\x20-\x7e]*$/);
        expect(value).toBe(value.trim());
        const encoded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
        const decoded = encoded === undefined ? value : Buffer.from(encoded, 'base64').toString('utf8');
        expect(decoded).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }),
    );
  });
});
