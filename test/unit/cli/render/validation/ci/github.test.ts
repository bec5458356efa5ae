import { describe, expect, test } from 'vitest';
import type { FileReport } from '../../../../../../src/cli/render/validation/file-report.js';
import { githubCommands, type GithubOptions } from '../../../../../../src/cli/render/validation/ci/github.js';
import { BAD, GOOD, NASTY, NOTE, reportOf, unreadReport, WARNING } from './file-reports.js';

const SOURCES = { cwd: '/work/project', root: '/work/project' };

function linesOf(reports: readonly FileReport[], options: Partial<GithubOptions> = {}): readonly string[] {
  return githubCommands(reports, { sources: SOURCES, quiet: false, ...options }).split('\n');
}

/** As the runner reads a line: the command's name, its properties, its message. */
function read(line: string): { name: string; properties: Record<string, string>; message: string } | undefined {
  const match = /^::([^ :]+)(?: (.*?))?::(.*)$/s.exec(line);
  if (match === null) return undefined;
  const [, name = '', list = '', message = ''] = match;
  const unescape = (text: string): string =>
    text.replace(/%(0D|0A|3A|2C|25)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  const properties = list.split(',').map((property) => {
    const [key = '', ...value] = property.split('=');
    return [key, unescape(value.join('='))];
  });
  return { name, properties: Object.fromEntries(properties) as Record<string, string>, message: unescape(message) };
}

describe('workflow commands', () => {
  test('are one for each finding, and the summary is none', async () => {
    expect(linesOf([await reportOf(BAD, 'conf/a.json'), await reportOf(WARNING, 'b.json')])).toEqual([
      '::error file=conf/a.json,line=2,col=17,endLine=2,endColumn=18,title=MCPGW118 out-of-range::`timeout_ms` must be an integer from 1 to 2147483647',
      '::error file=conf/a.json,line=3,col=3,endLine=3,endColumn=11,title=MCPGW103 unknown-key::`heders` is not a known key%0Ahelp: did you mean `headers`?',
      '::warning file=b.json,line=1,col=32,endLine=1,endColumn=44,title=MCPGW004 all-except-mode::`all-except` forwards every header that nobody thought of%0Ahelp: list what the upstream needs: "mode": "allowlist"',
      '2 files: 2 errors, 1 warning',
    ]);
  });

  test('name no columns of what goes over several lines', async () => {
    const [line = ''] = linesOf([await reportOf('{ "tools": {\n"allowed": [\n] } }')]);
    expect(line).toMatch(/^::error file=mcpgw\.json,line=2,endLine=3,title=MCPGW114 contradiction::/);
  });

  test('are notices for notes, which the summary does not count', async () => {
    const reports = [await reportOf(NOTE)];
    const notice =
      '::notice file=mcpgw.json,line=1,col=32,endLine=1,endColumn=44,title=MCPGW004 all-except-mode::`all-except` forwards every header that nobody thought of%0Ahelp: list what the upstream needs: "mode": "allowlist"';
    expect(linesOf(reports)).toEqual([notice, '1 file: no errors, no warnings']);
    expect(linesOf(reports, { quiet: true })).toEqual([notice]);
  });

  test('are none for a good file', async () => {
    expect(linesOf([await reportOf(GOOD)])).toEqual(['1 file: no errors, no warnings']);
  });

  test('tell of a file that could not be read', () => {
    expect(linesOf([unreadReport('gone.json')])[0]).toMatch(
      /^::error file=gone\.json,line=1,.*::cannot read gone\.json/,
    );
  });

  test('attach nothing to a file when standard input was read, and say where it is', async () => {
    const [line] = linesOf([await reportOf(BAD, '<stdin>')]);
    expect(line).toBe(
      '::error title=MCPGW118 out-of-range::<stdin>:2:17 `timeout_ms` must be an integer from 1 to 2147483647',
    );
  });

  test('name a file from the root of the checkout', async () => {
    const sources = { cwd: '/work/project/deploy', root: '/work/project' };
    const files = ['a.json', '../b.json', '/work/project/c.json', '/etc/d.json'];
    const lines = linesOf(await Promise.all(files.map((file) => reportOf(WARNING, file))), { sources });
    expect(lines.flatMap((line) => read(line)?.properties['file'] ?? [])).toEqual([
      'deploy/a.json',
      'b.json',
      'c.json',
      '/etc/d.json',
    ]);
  });

  test('cannot be injected by what keys and files are called', async () => {
    const reports = await Promise.all(
      NASTY.map((name) =>
        reportOf(JSON.stringify({ [name]: { [name]: 1 }, transport: 'sse', headers: { [name]: 1 } }), `${name}.json`),
      ),
    );
    const noted = await Promise.all(NASTY.map((name) => reportOf(NOTE, name)));
    const all = [...reports, ...noted, ...NASTY.map(unreadReport)];
    const findings = all.flatMap(({ diagnostics }) => diagnostics);
    const lines = linesOf(all);
    expect(lines).toHaveLength(findings.length + 1);
    expect(lines.filter((line) => line.startsWith('::notice '))).toHaveLength(NASTY.length);
    for (const line of lines.slice(0, -1)) {
      expect(line).toMatch(/^::(?:error|notice) (?:file|title)=/);
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      expect(Object.keys(read(line)?.properties ?? {}).join()).toMatch(
        /^file,line,(?:col,)?endLine,(?:endColumn,)?title$/,
      );
    }
    const titles = lines.slice(0, -1).map((line) => read(line)?.properties['title']);
    expect(titles.every((title) => /^MCPGW(?:1\d\d|004) [a-z-]+$/.test(title ?? ''))).toBe(true);
  });

  test('give a name back as it was, colons, commas and percent signs included', async () => {
    const name = 'a:b,c%3A::%25 d.json';
    const [line = ''] = linesOf([await reportOf(WARNING, name)]);
    expect(read(line)?.properties['file']).toBe(name);
  });
});
