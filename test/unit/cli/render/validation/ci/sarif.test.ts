import { describe, expect, test } from 'vitest';
import type { FileReport } from '../../../../../../src/cli/render/validation/file-report.js';
import { sarifLog } from '../../../../../../src/cli/render/validation/ci/sarif.js';
import { ERROR_CODES, ONLINE_CODES, RULE_CODES } from '../../../../../../src/diagnostics/codes.js';
import { sarifProblems } from '../../../../../support/sarif-schema.js';
import { BAD, GOOD, NASTY, NOTE, reportOf, unreadReport, WARNING } from './file-reports.js';

const SOURCES = { cwd: '/work/project', root: '/work/project' };

/** The parts of a log that the tests look at. */
interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: Readonly<Record<string, unknown>> & { readonly rules: readonly Rule[] } };
      readonly invocations: readonly [
        {
          readonly executionSuccessful: boolean;
          readonly toolExecutionNotifications: readonly Readonly<Record<string, unknown>>[];
        },
      ];
      readonly results: readonly Result[];
    },
  ];
}

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string; readonly markdown: string };
  readonly helpUri: string;
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
        readonly region: { readonly startLine: number; readonly startColumn: number };
      };
    },
  ];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

function logOf(reports: readonly FileReport[], sources = SOURCES): Log {
  // Through JSON, as a reader gets it; the shape is what the tests check.
  return JSON.parse(JSON.stringify(sarifLog(reports, { version: '1.2.3', sources }))) as Log;
}

const resultsOf = async (text: string, file?: string): Promise<readonly Result[]> =>
  logOf([await reportOf(text, file)]).runs[0].results;

const uriOf = (file: string, sources = SOURCES): object =>
  logOf([{ ...unreadReport(file), text: '' }], sources).runs[0].results[0]!.locations[0].physicalLocation
    .artifactLocation;

describe('a SARIF log', () => {
  test.each([
    ['of findings', [BAD, WARNING, NOTE, GOOD, '{ "a": 1 "b" ', '']],
    ['of nothing', [GOOD]],
    ['of no file', []],
  ])('%s is valid by the schema', async (_name, texts) => {
    const reports = await Promise.all(texts.map((text, index) => reportOf(text, `${index}.json`)));
    expect(sarifProblems(logOf([...reports, unreadReport('gone.json')]))).toEqual([]);
    expect(sarifProblems(logOf(reports))).toEqual([]);
  });

  test('is not valid by the schema when something is missing, so the check can fail', () => {
    expect(sarifProblems({ version: '2.1.0', runs: [{}] })).not.toEqual([]);
    expect(
      sarifProblems({ version: '2.1.0', runs: [{ tool: { driver: { name: 'a', informationUri: 'no uri' } } }] }),
    ).not.toEqual([]);
  });

  test('is valid whatever keys and files are called', async () => {
    const reports = await Promise.all(
      NASTY.map((name) => reportOf(JSON.stringify({ [name]: 1, headers: { [name]: 'x' } }), name)),
    );
    const log = logOf([...reports, ...NASTY.map(unreadReport)]);
    expect(sarifProblems(log)).toEqual([]);
    for (const { locations } of log.runs[0].results) {
      const { uri } = locations[0].physicalLocation.artifactLocation;
      expect(uri).toMatch(/^[A-Za-z0-9\-._~!*'()%/:]+$/);
      expect(uri).not.toMatch(/(^|\/)\.\.(\/|$)/);
    }
  });

  test('has every code as a rule, with all that code scanning shows of one', () => {
    const { rules } = logOf([]).runs[0].tool.driver;
    const codes = [...Object.keys(RULE_CODES), ...Object.keys(ERROR_CODES), ...Object.keys(ONLINE_CODES)].filter(
      (code) => code !== 'MCPGW116',
    );
    expect(rules.map(({ id }) => id)).toEqual(codes);
    for (const rule of rules) {
      expect(rule.name).toMatch(/^(?:[A-Z][a-z0-9]*)+$/);
      for (const text of [rule.shortDescription.text, rule.fullDescription.text, rule.help.text, rule.help.markdown]) {
        expect(text.length).toBeGreaterThan(10);
        expect(text.length).toBeLessThan(1024);
      }
      expect(rule.helpUri).toMatch(/^https:\/\//);
    }
    expect(rules.find(({ id }) => id === 'MCPGW004')).toMatchObject({
      name: 'AllExceptMode',
      defaultConfiguration: { level: 'warning' },
    });
    expect(rules.find(({ id }) => id === 'MCPGW103')).toMatchObject({
      name: 'UnknownKey',
      defaultConfiguration: { level: 'error' },
    });
  });

  test('says what is wrong, where, and what to do', async () => {
    const [first, second] = await resultsOf(BAD, 'conf/my config.json');
    expect(second).toMatchObject({
      ruleId: 'MCPGW103',
      level: 'error',
      message: { text: '`heders` is not a known key. Did you mean `headers`?' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'conf/my%20config.json', uriBaseId: '%SRCROOT%' },
            region: { startLine: 3, startColumn: 3, endLine: 3, endColumn: 11 },
          },
          logicalLocations: [{ fullyQualifiedName: '/heders' }],
        },
      ],
    });
    expect(first).toMatchObject({
      ruleId: 'MCPGW118',
      locations: [{ physicalLocation: { region: { startLine: 2, startColumn: 17 } } }],
    });
  });

  test('names each rule by its place in the list', async () => {
    const { tool, results } = logOf([await reportOf(BAD), await reportOf(WARNING)]).runs[0];
    expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id)).toEqual(
      results.map(({ ruleId }) => ruleId),
    );
    expect(results.map(({ level }) => level)).toEqual(['error', 'error', 'warning']);
  });

  test('makes no link of a key that looks like one', async () => {
    const [result] = await resultsOf(JSON.stringify({ '[click](https://evil.example)': 1 }));
    expect(result?.message.text).toContain('\\[click](https://evil.example)');
  });

  test('tells unreadable files as failures of the run, and notes as results', async () => {
    const { invocations, results } = logOf([unreadReport('gone.json'), await reportOf(NOTE)]).runs[0];
    expect(results).toMatchObject([
      {
        ruleId: 'MCPGW004',
        level: 'note',
        locations: [{ logicalLocations: [{ fullyQualifiedName: '/forward_headers/mode' }] }],
      },
    ]);
    expect(invocations[0].executionSuccessful).toBe(false);
    expect(invocations[0].toolExecutionNotifications).toMatchObject([
      {
        level: 'error',
        descriptor: { id: 'MCPGW116' },
        message: { text: 'Cannot read gone.json: there is no such file.' },
      },
    ]);
    expect(logOf([await reportOf(BAD)]).runs[0].invocations[0].executionSuccessful).toBe(true);
  });
});

describe('the fingerprint of a finding', () => {
  const prints = async (text: string, file?: string): Promise<readonly string[]> =>
    (await resultsOf(text, file)).map(({ partialFingerprints }) => Object.values(partialFingerprints).join());

  test('stays when lines are added above', async () => {
    expect(await prints(BAD.replace('{', '{\n\n  "client_headers": {},\n'))).toEqual(await prints(BAD));
  });

  test('is another one for another file, place or code, and for each of several at one place', async () => {
    const twice = '{ "headers": { "A": "${X}${Y}" } }';
    const all = [...(await prints(BAD)), ...(await prints(BAD, 'b.json')), ...(await prints(twice))];
    expect(all).toHaveLength(6);
    expect(new Set(all).size).toBe(6);
  });
});

describe('the address of a file', () => {
  test.each([
    ['conf/a b.json', { uri: 'conf/a%20b.json', uriBaseId: '%SRCROOT%' }],
    ['./x/../日.json', { uri: '%E6%97%A5.json', uriBaseId: '%SRCROOT%' }],
    ['a:b#c?d%.json', { uri: 'a%3Ab%23c%3Fd%25.json', uriBaseId: '%SRCROOT%' }],
    ['/etc/a#b?c%.json', { uri: 'file:///etc/a%23b%3Fc%25.json' }],
    ['../other/x.json', { uri: 'file:///work/other/x.json' }],
    ['<stdin>', { uri: '%3Cstdin%3E' }],
    ['\ud800.json', { uri: '%EF%BF%BD.json', uriBaseId: '%SRCROOT%' }],
  ])('%s', (file, expected) => {
    expect(uriOf(file)).toEqual(expected);
  });

  test('is relative to the checkout in a workflow that works below it', () => {
    const sources = { cwd: '/work/project/deploy', root: '/work/project' };
    expect(uriOf('a.json', sources)).toEqual({ uri: 'deploy/a.json', uriBaseId: '%SRCROOT%' });
    expect(uriOf('../a.json', sources)).toEqual({ uri: 'a.json', uriBaseId: '%SRCROOT%' });
  });
});
