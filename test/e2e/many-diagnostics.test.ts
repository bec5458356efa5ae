// The built program on a file of about a mebibyte with ten thousand warnings: every format prints every one of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { parseXml } from '../support/xml.js';

const COUNT = 10_000;
const headers = Object.fromEntries(Array.from({ length: COUNT }, (_, index) => [`X-Token-${index}`, 'v'.repeat(80)]));

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await sandbox.file('many.json', { headers });
  await sandbox.file('line.json', JSON.stringify({ headers }));
});
afterAll(() => sandbox.remove());

/** How many findings each format has told of, and that it came to its end. */
const COUNTERS: Readonly<Record<string, (stdout: string) => number>> = {
  text: (stdout) => stdout.match(/^\w+\.json:\d+:\d+ warning MCPGW009 /gm)?.length ?? 0,
  json: (stdout) => (JSON.parse(stdout) as { files: [{ diagnostics: unknown[] }] }).files[0].diagnostics.length,
  sarif: (stdout) => (JSON.parse(stdout) as { runs: [{ results: unknown[] }] }).runs[0].results.length,
  github: (stdout) => stdout.match(/^::warning file=/gm)?.length ?? 0,
  junit: (stdout) => Number(parseXml(stdout).attributes['failures']),
};

describe.each(['many.json', 'line.json'])('ten thousand warnings in %s', (file) => {
  it.each(Object.entries(COUNTERS))('are all printed as %s', async (format, count) => {
    const { code, stdout, stderr } = await sandbox.run(['validate', '--strict', '--format', format, file]);
    expect([code, stderr]).toEqual([1, '']);
    expect(count(stdout)).toBe(COUNT);
    expect(stdout.endsWith('\n')).toBe(true);
  });
});
