import { describe, expect, test } from 'vitest';
import { parseReferences, referenceLabel } from '../../../src/secret/reference.js';

test.each(['plain', '', '$', '$$', '{}', '$NAME', '{project-id}'])('%j is a literal text', (text) => {
  expect(parseReferences(text)).toEqual({ kind: 'literal', text });
});

test.each([
  ['$${A}', '${A}'],
  ['a $${ b', 'a ${ b'],
  ['$$${A}', '$${A}'],
  ['$${$${A}}', '${${A}}'],
])('%s is the literal text %s', (written, text) => {
  expect(parseReferences(written)).toEqual({ kind: 'literal', text });
});

test.each([
  '${',
  '${}',
  '${A',
  '${1A}',
  '${A B}',
  '${A-B}',
  '${É}',
  '${env:}',
  '${env:A.B}',
  '${ENV:A}',
  '${A:b}',
  '${A:=b}',
  '${{ x }}',
  '${file:}',
  '${keychain:}',
  '${keychain:a}',
  '${keychain:a/}',
  '${keychain:/b}',
])('%s is malformed', (text) => {
  expect(parseReferences(text)).toEqual({ kind: 'malformed' });
});

test.each(['${A:-${B}}', '${A:-{"a":1}}', '${file:/run/${NAME}}', '${keychain:${A}/b}', '${A:-{}'])(
  '%s is malformed: nothing nests, and no brace stands inside',
  (text) => {
    expect(parseReferences(text)).toEqual({ kind: 'malformed' });
  },
);

describe('a label', () => {
  test.each([
    ['${NAME:-hunter2}', '${NAME}'],
    ['${env:NAME}', '${NAME}'],
    ['${file:a b.txt}', '${file:a b.txt}'],
    ['${keychain:mcpgw/ana/work}', '${keychain:mcpgw/ana/work}'],
    ['${file:a.txt:-hunter2}', '${file:a.txt}'],
    ['${keychain:a/b:-hunter2}', '${keychain:a/b}'],
    ['${ghp_0123456789abcdefghij}', '${[secret]}'],
    ['${keychain:a/sk-0123456789abcdefghij}', '${keychain:a/[secret]}'],
  ])('of %s is %s: a default may be the secret itself', (text, label) => {
    const parsed = parseReferences(text);
    expect(parsed.kind === 'template' && parsed.references.map(referenceLabel)).toEqual([label]);
  });
});

test('an account may hold a slash, a service may not', () => {
  expect(parseReferences('${keychain:mcp.example.com/ana/work}')).toMatchObject({
    references: [{ kind: 'keychain', service: 'mcp.example.com', account: 'ana/work' }],
  });
});
