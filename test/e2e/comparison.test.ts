// The page that compares bridges is written by `npm run compare`, which installs the others. Here: that the page has the
// rows, the columns and the versions that the script would write today.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BRIDGES } from '../../scripts/compare/bridges.js';
import { right } from '../../scripts/compare/row.js';
import { ROWS } from '../../scripts/compare/rows.js';
import { comparisonPage, tableHead } from '../../scripts/compare/table.js';

const page = readFileSync('docs/comparison.md', 'utf8');
const lines = page.split('\n');
const cells = lines
  .slice(lines.indexOf(tableHead(BRIDGES)) + 2)
  .slice(0, ROWS.length)
  .map((line) => line.slice(2, -2).split(' | '));

describe('docs/comparison.md', () => {
  it('has a column for each bridge, in the version that is pinned', () => {
    expect(lines).toContain(tableHead(BRIDGES));
    expect(BRIDGES.map(({ name }) => name).join()).toMatch(/^mcpgw(,[a-z-]+ \d+\.\d+\.\d+){3}$/);
  });

  it('has a row for each thing that happens', () => {
    expect(cells.map(([name]) => name)).toEqual(ROWS.map(({ name }) => name));
  });

  it('says in each cell that it is right, or what was not', () => {
    for (const [, ...verdicts] of cells) {
      expect(verdicts).toHaveLength(BRIDGES.length);
      for (const verdict of verdicts) expect(verdict).toMatch(/^right$|^no: (?!the row failed)./);
    }
  });

  it('has mcpgw right in every row', () => {
    expect(cells.map(([, own]) => own)).toEqual(ROWS.map(() => 'right'));
  });

  it('is made with peers whose lock file names no download address', () => {
    const { packages } = JSON.parse(readFileSync('bench/peers/package-lock.json', 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly resolved?: string }>>;
    };
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('is otherwise what the script writes', () => {
    const results = ROWS.map((row) => ({ row, outcomes: BRIDGES.map(() => right) }));
    const written = comparisonPage(BRIDGES, results).split('\n');
    const isVerdict = (line: string): boolean => ROWS.some(({ name }) => line.startsWith(`| ${name} |`));
    expect(lines.filter((line) => !isVerdict(line))).toEqual(written.filter((line) => !isVerdict(line)));
  });
});
