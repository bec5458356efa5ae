// schema/mcpgw.schema.json and docs/reference/config.md are what their sources say.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { configFiles } from '../../../../scripts/config-files.js';
import { notYet } from '../../../../scripts/not-yet.js';
import { nameOf, placesOf } from '../../../../scripts/schema-walk.js';
import { policyOf } from '../check-text.js';
import { FULL_DOCUMENTS } from './documents.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const files = configFiles();
const page = files['docs/reference/config.md'] ?? '';

test.each(Object.entries(files))('%s is fresh (npm run docs)', (file, text) => {
  expect(readFileSync(`${root}${file}`, 'utf8')).toBe(text);
});

test('the page has a row for every key', () => {
  const rows = new Set([...page.matchAll(/^\| `(?:[^`]*\.)?([^`.]+)` \|/gm)].map(([, key]) => key));
  expect(
    placesOf()
      .filter(({ key }) => !rows.has(key))
      .map(nameOf),
  ).toEqual([]);
});

test('every row of the page has as many cells as its head', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) => row.replaceAll('\\|', '').split('|').length);
  expect(new Set(cells)).toEqual(new Set([6]));
});

test('whatever the checker says is not supported is marked as not yet', async () => {
  const places = new Map(placesOf().map((place) => [nameOf(place), place]));
  const unmarked: string[] = [];
  for (const document of FULL_DOCUMENTS) {
    for (const { key, pointer } of (await policyOf(document)).unsupported) {
      const name = pointer
        .replace(/^\/(?:mcpServers\/[^/]+|mcp_integration_details(?:\/configurations)?)\//, '/')
        .slice(1)
        .replaceAll('/', '.');
      const place = places.get(name);
      if (place === undefined) throw new Error(`no place is called ${name}`);
      const { isWhole, values } = notYet(place);
      const isLeftOut = key.includes(' without ');
      if (!isLeftOut && !isWhole && values.length === 0) unmarked.push(pointer);
    }
  }
  expect(unmarked).toEqual([]);
});

test('what is supported is not marked', () => {
  for (const name of [
    'headers',
    'forward_headers',
    'jwt_validation',
    'jwt_validation.jwksUri',
    'transport',
    'auth_type',
  ]) {
    const place = placesOf().find((each) => nameOf(each) === name);
    expect(place && notYet(place).isWhole).toBe(false);
  }
});
