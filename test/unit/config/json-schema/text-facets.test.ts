// Each kind of text: whatever the checker's judge accepts, its pattern accepts. Texts are made of what the kind is made
// of, and of what breaks it.
import * as fc from 'fast-check';
import * as z from 'zod/mini';
import { describe, expect, test } from 'vitest';
import { shapeOf, unwrapped } from '../../../../src/config/json-schema/atlas.js';
import { keyOf, textDefinitions, textOf } from '../../../../src/config/json-schema/text-facets.js';
import { structureOf, type TextFacet } from '../../../../src/config/schema/carried-structure.js';
import { headerFields, headerName } from '../../../../src/config/schema/headers.js';
import { jwtValidation } from '../../../../src/config/schema/jwt-validation.js';
import { endpointUrl, serverUrl } from '../../../../src/config/schema/url.js';
import { strictAjv } from './editor.js';

const URL_PARTS = [
  'http:',
  'https:',
  'HTTPS:',
  'hTTp:',
  'file:',
  '/',
  '//',
  '\\',
  '?',
  '#',
  '@',
  ':',
  ':80',
  '.',
  '%',
  '%6c',
  'localhost',
  'LOCALHOST',
  'ocalhost',
  'a',
  'example',
  'ſ',
  'é',
  'ⓛ',
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '2130706433',
  '[::1]',
  '[',
  ']',
  '{a}',
  '<b>',
  ' ',
  '\t',
  '\n',
  '\u0000',
  '\u0085',
  '\u00a0',
  '\u00ad',
  '\ufeff',
  '\u200b',
  '\ud800',
];

interface Case {
  readonly facet: TextFacet;
  readonly judge: z.core.$ZodType;
  readonly parts: readonly string[];
}

const CASES: readonly Case[] = [
  {
    facet: 'header-name',
    judge: headerName,
    parts: ['x-a', 'A', '9', '!', "'", '`', '|', '~', '^', '.', '_', '&', ' ', ':', 'é', '(', '\n', '"', '\\'],
  },
  {
    facet: 'header-value',
    judge: memberOfHeaders(),
    parts: ['a', ' ', '\t', '\u00ff', '\u0080', '\u0100', '\u007f', '\n', '\r', '\u0000', '\u{1f600}', '~'],
  },
  {
    facet: 'duration',
    judge: ofRules('maxTokenAge'),
    parts: ['0', '1', '9', '00000000', '123456789', 's', 'm', 'h', 'd', ' ', '-', '.', '\n'],
  },
  {
    facet: 'introspection-media-type',
    judge: ofRules('introspectContentType'),
    parts: [
      'application/json',
      'Application/JSON',
      'application/x-www-form-urlencoded',
      ';',
      ' ',
      '\t',
      'a=b',
      'ſ',
      '\n',
    ],
  },
  { facet: 'url', judge: serverUrl, parts: URL_PARTS },
  { facet: 'endpoint-url', judge: endpointUrl, parts: URL_PARTS },
];

describe.each(CASES)('a text of the kind $facet', ({ facet, judge, parts }) => {
  const accepts = strictAjv().compile({ ...textOf(facet), $defs: textDefinitions() });
  const isOurs = (text: string): boolean => z.safeParse(judge, text).success;

  test('is accepted when the checker accepts it', () => {
    const known = fc.constantFrom(...parts);
    const pieces = fc.oneof({ weight: 9, arbitrary: known }, fc.string({ unit: 'binary', maxLength: 3 }));
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 6 }), (given) => {
        const text = given.join('');
        if (!isOurs(text)) return;
        accepted += 1;
        expect(accepts(text), JSON.stringify(text)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  test('is accepted when it holds a reference, and refused where the checker refuses plain nonsense', () => {
    expect(['${A}', '\n ${file:b} \u0000'].map((text) => accepts(text))).toEqual([true, true]);
    const nonsense = ['\u0000', 'é\u0100', '\n'].filter((text) => !isOurs(text));
    expect(nonsense.length).toBeGreaterThan(1);
    expect(nonsense.filter((text) => accepts(text))).toEqual([]);
  });
});

test('a key is never a reference', () => {
  const accepts = strictAjv().compile({ type: 'string', ...keyOf('header-name') });
  expect(['X-A', '${A}', 'a b'].map((name) => accepts(name))).toEqual([true, false, false]);
});

function ofRules(key: string): z.core.$ZodType {
  const member = shapeOf(jwtValidation)[key];
  if (member === undefined) throw new Error(`jwt_validation has no ${key}`);
  return unwrapped(member).schema;
}

function memberOfHeaders(): z.core.$ZodType {
  const structure = structureOf(headerFields);
  if (structure?.kind !== 'dictionary') throw new Error('headers are no dictionary');
  return structure.member;
}
