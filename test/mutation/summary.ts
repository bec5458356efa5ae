// Makes test/mutation/result.md of what the last run of mutants left behind (coverage/mutation.json): the score of each
// file, and every mutant that lived, with the reason that explained.json has for it. Ends with 1 below 90 %, and for a
// living mutant that nobody explained.
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';

const report = z
  .object({
    files: z.record(
      z.string(),
      z.object({
        source: z.string(),
        mutants: z.array(
          z.object({
            mutatorName: z.string(),
            replacement: z.string().optional(),
            status: z.string(),
            location: z.object({
              start: z.object({ line: z.number(), column: z.number() }),
              end: z.object({ line: z.number(), column: z.number() }),
            }),
          }),
        ),
      }),
    ),
  })
  .parse(JSON.parse(await readFile('coverage/mutation.json', 'utf8')));
/** By file: a piece of the line that the mutant is in, and why nothing can be told by it. */
const explained = z
  .record(z.string(), z.record(z.string(), z.string()))
  .parse(JSON.parse(await readFile('test/mutation/explained.json', 'utf8')));

type Mutant = (typeof report)['files'][string]['mutants'][number];
const isKilled = ({ status }: Mutant): boolean => status === 'Killed' || status === 'Timeout';
const isLiving = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage';

const rows: string[] = [];
const living: string[] = [];
const unexplained: string[] = [];
let killed = 0;
let lived = 0;
for (const [file, { source, mutants }] of Object.entries(report.files).toSorted(([a], [b]) => a.localeCompare(b))) {
  const dead = mutants.filter(isKilled).length;
  const alive = mutants.filter(isLiving);
  if (dead + alive.length === 0) continue;
  killed += dead;
  lived += alive.length;
  rows.push(`| \`${file}\` | ${dead + alive.length} | ${dead} | ${alive.length} | ${percent(dead, alive.length)} |`);
  const lines = source.split('\n');
  for (const mutant of alive) {
    const { start, end } = mutant.location;
    const line = lines[start.line - 1] ?? '';
    const original = start.line === end.line ? line.slice(start.column - 1, end.column - 1) : `${line.trim()} …`;
    const change = `\`${short(original)}\` → \`${short(mutant.replacement ?? mutant.mutatorName)}\``;
    const reason = Object.entries(explained[file] ?? {}).find(([piece]) => line.includes(piece))?.[1];
    living.push(`- \`${file}:${start.line}\` ${change}: ${reason ?? '**not explained**'}`);
    if (reason === undefined) unexplained.push(`${file}:${start.line} ${line.trim()} | ${change}`);
  }
}
await writeFile(
  'test/mutation/result.md',
  [
    '# Mutants of token verification',
    '<!-- Written by `npm run mutate`. -->',
    `${killed + lived} mutants of \`src/token\` and of the rules that it judges by; ${killed} were killed, ${percent(killed, lived)} %.`,
    ['| file | mutants | killed | lived | % |', '| --- | --- | --- | --- | --- |', ...rows].join('\n'),
    '## Those that lived, and why',
    living.join('\n'),
    '',
  ].join('\n\n'),
);
process.stdout.write(`${percent(killed, lived)} % of ${killed + lived} mutants were killed\n`);
if (unexplained.length > 0) process.stdout.write(`not explained:\n${unexplained.join('\n')}\n`);
process.exitCode = killed / (killed + lived) < 0.9 || unexplained.length > 0 ? 1 : 0;

function percent(dead: number, alive: number): string {
  return ((100 * dead) / (dead + alive)).toFixed(1);
}

function short(text: string): string {
  const one = text.replaceAll(/\s+/g, ' ').replaceAll('`', "'");
  return one.length > 70 ? `${one.slice(0, 67)}…` : one;
}
