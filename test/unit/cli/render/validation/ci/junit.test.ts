import { describe, expect, test } from 'vitest';
import { junitReport } from '../../../../../../src/cli/render/validation/ci/junit.js';
import { parseXml } from '../../../../../support/xml.js';
import { BAD, GOOD, NASTY, NOTE, reportOf, unreadReport, WARNING } from './file-reports.js';

describe('a JUnit report', () => {
  test('has a suite for each file, and a failed test for each finding', async () => {
    const root = parseXml(junitReport([await reportOf(BAD, 'a.json'), await reportOf(GOOD, 'b.json')], false));
    expect(root.attributes).toMatchObject({ name: 'mcpgw validate', tests: '3', failures: '2', errors: '0' });
    const [bad, good] = root.children;
    expect(bad?.attributes).toMatchObject({ name: 'a.json', file: 'a.json', tests: '2', failures: '2' });
    expect(bad?.children.map(({ attributes }) => attributes)).toEqual([
      { name: 'MCPGW118 /timeout_ms', classname: 'a.json', file: 'a.json', line: '2' },
      { name: 'MCPGW103 /heders', classname: 'a.json', file: 'a.json', line: '3' },
    ]);
    const failure = bad?.children[1]?.children[0];
    expect(failure).toMatchObject({
      name: 'failure',
      attributes: { type: 'MCPGW103', message: '`heders` is not a known key' },
    });
    expect(failure?.text.split('\n')).toEqual([
      'a.json:3:3 error MCPGW103 `heders` is not a known key',
      '  at /heders',
      '  help: did you mean `headers`?',
      'https://mcpgw.dev/reference/diagnostics#mcpgw103',
    ]);
    expect(good?.attributes).toMatchObject({ tests: '1', failures: '0' });
    expect(good?.children).toMatchObject([{ name: 'testcase', attributes: { name: 'is valid' }, children: [] }]);
  });

  test('lets a warning pass, and tells of it', async () => {
    const [suite] = parseXml(junitReport([await reportOf(WARNING)], false)).children;
    expect(suite?.attributes).toMatchObject({ tests: '1', failures: '0' });
    expect(suite?.children.map(({ name }) => name)).toEqual(['testcase', 'system-out']);
    expect(suite?.children[1]?.text).toMatch(/^mcpgw\.json:1:32 warning MCPGW004 /);
  });

  test('fails for a warning when warnings fail', async () => {
    const [suite] = parseXml(junitReport([await reportOf(WARNING)], true)).children;
    expect(suite?.attributes).toMatchObject({ tests: '1', failures: '1' });
    expect(suite?.children.map(({ name }) => name)).toEqual(['testcase']);
  });

  test('has an error for a file that could not be read', () => {
    const root = parseXml(junitReport([unreadReport('gone.json')], false));
    expect(root.attributes).toMatchObject({ tests: '1', failures: '0', errors: '1' });
    expect(root.children[0]?.children[0]?.children[0]).toMatchObject({
      name: 'error',
      attributes: { type: 'MCPGW116' },
    });
  });

  test('lets a note pass even when warnings fail, and tells of it', async () => {
    const [suite] = parseXml(junitReport([await reportOf(NOTE)], true)).children;
    expect(suite?.attributes).toMatchObject({ tests: '1', failures: '0' });
    expect(suite?.children.map(({ name }) => name)).toEqual(['testcase', 'system-out']);
    expect(suite?.children[1]?.text.split('\n')).toEqual([
      'mcpgw.json:1:32 note MCPGW004 `all-except` forwards every header that nobody thought of',
      '  at /forward_headers/mode',
      '  help: list what the upstream needs: "mode": "allowlist"',
    ]);
  });

  test('calls several findings of one kind at one place by different names', async () => {
    const [suite] = parseXml(junitReport([await reportOf('{ "headers": { "A": "${X}${Y}" } }')], false)).children;
    expect(suite?.children.map(({ attributes }) => attributes['name'])).toEqual([
      'MCPGW115 /headers/A',
      'MCPGW115 /headers/A (2)',
    ]);
  });

  test('is well-formed, and has no stray test, whatever keys and files are called', async () => {
    const reports = await Promise.all(
      NASTY.map((name) => reportOf(JSON.stringify({ [name]: 1, headers: { [name]: 1 } }), name)),
    );
    const all = [...reports, ...NASTY.map(unreadReport)];
    const xml = junitReport(all, false);
    const root = parseXml(xml);
    expect(xml).not.toMatch(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(root.children).toHaveLength(all.length);
    const cases = root.children.flatMap(({ children }) => children);
    expect(cases).toHaveLength(all.flatMap(({ diagnostics }) => diagnostics).length);
    expect(new Set(cases.map(({ name }) => name))).toEqual(new Set(['testcase']));
  });
});
