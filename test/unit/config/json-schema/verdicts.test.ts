// The JSON Schema and the checker give the same verdict wherever JSON Schema can; it never refuses what we accept.
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../../../src/diagnostics/codes.js';
import { BAD_CONFIGS } from '../bad-configs.js';
import { FIXTURES, FULL_DOCUMENTS } from './documents.js';
import { mutationsOf } from './mutations.js';
import { BOTH_REFUSE, disagreement, OURS_ALONE, verdictsOn } from './verdicts.js';

test('every error code is one that both refuse, or has a reason why it is ours alone', () => {
  expect([...Object.keys(BOTH_REFUSE), ...Object.keys(OURS_ALONE)].toSorted()).toEqual(Object.keys(ERROR_CODES));
});

test.each(FIXTURES)('%s is accepted by the schema when we accept it', async (_file, text) => {
  const verdicts = await verdictsOn(text);
  expect(disagreement(verdicts)).toBeUndefined();
});

test('nearly all fixtures are accepted, so that this says something', async () => {
  const refused = [];
  for (const [file, text] of FIXTURES) if ((await verdictsOn(text)).objections.length > 0) refused.push(file);
  expect(refused).toEqual(['examples/readme/broken.jsonc']);
});

test.each(BAD_CONFIGS)('agrees on what is wrong: $title', async ({ text }) => {
  const verdicts = await verdictsOn(text);
  expect(verdicts.ours).not.toEqual([]);
  expect(disagreement(verdicts)).toBeUndefined();
});

/** Beyond the codes that both always refuse. */
const SEEN_BY_BOTH = [
  'not a url',
  'file url',
  'credentials in a url',
  'http jwksUri',
  'data jwksUri',
  'transport twice',
  'private key',
  'symmetric key',
  'short RSA key',
  'RSA key without modulus',
  'EC coordinate with padding',
  'OKP coordinate that is no text',
  'keys of types that verify nothing',
  'introspection secret without id',
  'headerPayloadMatch with introspection',
  'typ with introspection',
  'empty tools.allowed',
  'tool_authorization without jwt_validation',
  'reserved authorization parameter',
  'authorization parameter that moves the request elsewhere',
  'client_secret_post without a secret',
  'headers where auth_type says none',
  'identity provider that nothing leads to',
  'no servers',
  'credentials for two servers',
  'client_secret for two servers',
];

test.each(SEEN_BY_BOTH)('an editor sees it too: %s', async (title) => {
  const config = BAD_CONFIGS.find((each) => each.title === title);
  if (config === undefined) throw new Error(`no bad configuration is called ${title}`);
  expect((await verdictsOn(config.text)).objections).not.toEqual([]);
});

describe('a document with one thing changed', () => {
  const documents: readonly (readonly [string, object])[] = [
    ...FIXTURES.filter(([file]) => file.includes('seeds')).map(([file, text]) => [file, JSON.parse(text)] as const),
    ...FULL_DOCUMENTS.map((document, index) => [`full document ${index}`, document] as const),
  ];

  test.each(documents)('gets the same verdict: %s', async (_name, document) => {
    expect(await verdictsOn(JSON.stringify(document))).toMatchObject({ ours: [], objections: [] });
    const wrong: string[] = [];
    const counts = { accepted: 0, refused: 0 };
    for (const text of mutationsOf(document)) {
      const verdicts = await verdictsOn(text);
      counts[verdicts.ours.length === 0 ? 'accepted' : 'refused'] += 1;
      const problem = disagreement(verdicts);
      if (problem !== undefined) wrong.push(problem);
    }
    expect(wrong).toEqual([]);
    expect(counts.refused).toBeGreaterThan(10);
  });
});
