// Whether what is shown, masked or matched takes time in proportion to the text, for repetitions of everything that
// regular expressions fear. Compares CPU time of two sizes: for `npm run fuzz` alone, where nothing else is at work.
import { diagnosticsText } from '../../src/cli/render/validation/diagnostics-text.js';
import { codeFrames } from '../../src/cli/render/validation/frame/code-frame.js';
import { maskedText } from '../../src/cli/render/validation/frame/masked-text.js';
import { githubCommands } from '../../src/cli/render/validation/ci/github.js';
import { junitReport } from '../../src/cli/render/validation/ci/junit.js';
import { sarifText } from '../../src/cli/render/validation/ci/sarif/message.js';
import { sarifLog } from '../../src/cli/render/validation/ci/sarif.js';
import { textDefinitions } from '../../src/config/json-schema/text-facets.js';
import { withoutUrlCredentials } from '../../src/secret/masked-url.js';
import { redact } from '../../src/secret/redact.js';
import { checkText } from '../unit/config/check-text.js';
import { STRESS_UNITS } from './stress.js';

const SMALL = 9_000;
const TIMES = 4;
/** Four times the text may take so many times as long; what is quadratic takes sixteen times as long. */
const MOST_GROWTH = 9;
/** Below this the clock says more about itself than about the work. */
const LEAST_MS = 40;

/** A sentence for each piece of work that grows faster than its text. */
export async function growthFailures(): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { name, work } of WORKS) {
    for (const unit of STRESS_UNITS) {
      const of = async (size: number): Promise<number> => leastCpuMs(await work(unit.repeat(size / unit.length)));
      const large = await of(SMALL * TIMES);
      if (large < LEAST_MS) continue;
      const small = await of(SMALL);
      if (large > MOST_GROWTH * small) {
        failures.push(
          `${name} of ${JSON.stringify(unit)}: ${small.toFixed(0)} ms, then ${large.toFixed(0)} ms for four times the text`,
        );
      }
    }
  }
  return failures;
}

interface Work {
  readonly name: string;
  /** Gets everything ready, and gives what is to be measured. */
  readonly work: (long: string) => Promise<() => unknown>;
}

const measured = (name: string, work: (long: string) => unknown): Work => ({
  name,
  work: async (long) => () => work(long),
});

const DOCUMENTS: Readonly<Record<string, (long: string) => string>> = {
  'a URL': (long) => `{ "url": ${JSON.stringify(`https://${long}`)}, "a": 1 }`,
  'the path of a URL': (long) => `{ "url": ${JSON.stringify(`https://a.example/${long}`)}, "a": 1 }`,
  'the query of a URL': (long) => `{ "url": ${JSON.stringify(`https://a.example/?${long}`)}, "a": 1 }`,
  'a public value': (long) => `{ "audience": ${JSON.stringify(long)}, "a": 1 }`,
  'a secret': (long) => `{ "headers": { "A": ${JSON.stringify(long)} }, "a": 1 }`,
  'a key': (long) => `{ ${JSON.stringify(long)}: 1 }`,
  'a comment': (long) => `{ /* ${long} */ "a": 1 }`,
  'a text without an end': (long) => `{ "url": "${long}`,
  'no JSON': (long) => long,
};

const SOURCES = { cwd: '/w', root: '/w' };

const WORKS: readonly Work[] = [
  measured('redact', redact),
  measured('withoutUrlCredentials', withoutUrlCredentials),
  measured('sarifText', sarifText),
  ...Object.entries(textDefinitions()).flatMap(([name, { pattern }]) =>
    ['', 'http:', 'https://'].map((start) =>
      measured(`the pattern of ${name}, behind "${start}",`, (long) =>
        new RegExp(String(pattern), 'u').test(`${start}${long}\0`),
      ),
    ),
  ),
  ...Object.entries(DOCUMENTS).flatMap(([name, document]) => [
    measured(`masking ${name}`, (long) => maskedText(document(long), { isBroken: false })),
    measured(`masking ${name} in a broken document`, (long) => maskedText(document(long), { isBroken: true })),
    { name: `printing the findings about ${name}`, work: (long: string) => printing(document(long)) },
  ]),
];

async function printing(text: string): Promise<() => unknown> {
  const { diagnostics } = await checkText(text, { lint: true });
  const report = { file: 'a.json', text, diagnostics };
  return async () => {
    const frames = await codeFrames([report], { color: true, columns: 120 });
    diagnosticsText([report], { color: true, frames, quiet: false });
    JSON.stringify(sarifLog([report], { version: '0.0.0', sources: SOURCES }));
    githubCommands([report], { sources: SOURCES, quiet: false });
    junitReport([report], true);
  };
}

/** What seems long is measured again: a collection of garbage or a compiler may have been at work. */
async function leastCpuMs(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && least > LEAST_MS; attempt++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
