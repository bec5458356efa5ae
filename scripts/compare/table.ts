// The page `docs/comparison.md`: a table with a column for each bridge, and under it what was right and who says so.
import type { Bridge } from './bridges.js';
import type { Outcome, Row } from './row.js';

export interface Result {
  readonly row: Row;
  /** In the order of the bridges. */
  readonly outcomes: readonly Outcome[];
}

export function comparisonPage(bridges: readonly Bridge[], results: readonly Result[]): string {
  const cell = (outcome: Outcome): string => (outcome.isRight ? 'right' : `no: ${outcome.did}`);
  const table = [
    tableHead(bridges),
    bridges.reduce((line) => `${line} --- |`, '| --- |'),
    ...results.map(({ row, outcomes }) => tableLine([row.name, ...outcomes.map(cell)])),
  ];
  return (
    [
      '# How bridges behave',
      INTRODUCTION,
      table.join('\n'),
      '## What is right',
      results.map(({ row }) => `- **${row.name}**: ${row.right} Source: ${row.source}.`).join('\n'),
      '## How they were started',
      bridges.map(({ name, invocation }) => `- ${name}: \`${invocation}\``).join('\n'),
      REMARKS,
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  );
}

export function tableHead(bridges: readonly Bridge[]): string {
  return tableLine(['what happens', ...bridges.map(({ name }) => name)]);
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}

const INTRODUCTION = `Written by \`npm run compare\`, not by hand. Each bridge is a process of its own between a host of revision 2025-11-25 that
writes raw lines, and the same server of the official SDK; all in one run. An answer is waited for 20 seconds, where
nothing else is said.`;

const REMARKS = `mcp-proxy has this direction in its library only; it is run by a script of one call (\`bench/peers/mcp-proxy-stdio.mjs\`).
\`--allow-http\` lets mcp-remote reach a server on this machine. The peers are installed for this page alone, in \`bench/peers\`.`;
