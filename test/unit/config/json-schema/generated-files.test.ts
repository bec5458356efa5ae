// schema/mcpgw.schema.json and docs/reference/config.md are what their sources say.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { configFiles } from '../../../../scripts/config-files.js';
import { nameOf, placesOf } from '../../../../scripts/schema-walk.js';

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
