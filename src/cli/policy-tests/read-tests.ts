// The text of a test file as policy tests (spec: policy-tests). All mistakes are collected, each with line and column;
// tests come out only when there are none. Looks at no configuration and reads no other file.
import { nearest } from '../../config/suggest.js';
import { headerField } from '../../gateway/client-headers.js';
import { REQUEST_REASONS, type DenyReason } from '../../policy/decide.js';
import { isHeaderName, isHeaderValue } from '../../policy/headers/header-name.js';
import type { HeaderField } from '../../policy/model.js';
import { TOKEN_REASONS, type Claims } from '../../policy/principal.js';
import { readMoment } from '../moment.js';
import { cleanedToken } from '../options/token.js';
import type { Expected, ExpectedHeader, PolicyTest, TestCaller, TestFile } from './policy-test.js';
import { readYaml, type Problem, type Value, type YamlSource } from './yaml-source.js';

export type ReadTests =
  | { readonly ok: true; readonly tests: TestFile }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const FILE_KEYS = ['config', 'tests'];
const CALLER_KEYS = ['claims', 'token', 'token_file'];
const TEST_KEYS = ['name', 'server', ...CALLER_KEYS, 'at', 'headers', 'request', 'tools', 'expect'];
const REQUEST_KEYS = ['method', 'tool', 'arguments'];
const EXPECT_KEYS = ['verdict', 'reason', 'headers', 'absent_headers', 'tools_listed'];
const REASONS: readonly DenyReason[] = [...TOKEN_REASONS, ...REQUEST_REASONS];

export function readTests(file: string, text: string): ReadTests {
  // A byte order mark is no character of the first line.
  const source = readYaml(text.replace(/^\uFEFF/, ''));
  const { root, problems } = source;
  const members = root === undefined ? undefined : source.members(root, FILE_KEYS);
  if (root === undefined || members === undefined) return { ok: false, problems };
  const config = required({ source, owner: root, members }, 'config');
  const list = required({ source, owner: root, members }, 'tests');
  const configFile = config === undefined ? undefined : source.text(config);
  const items = list === undefined ? [] : source.items(list);
  const tests = items.map((item) => testOf(item, source));
  if (list !== undefined && items.length === 0 && problems.length === 0) {
    source.report(list.place, '`tests` holds no test');
  }
  reportRepeatedNames(tests, source);
  if (problems.length > 0 || configFile === undefined) return { ok: false, problems: inOrder(problems) };
  return { ok: true, tests: { file, config: configFile, tests } };
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

interface Owned {
  readonly source: YamlSource;
  readonly owner: Value;
  readonly members: ReadonlyMap<string, Value>;
}

/** What is no map at all was reported as such. */
function required({ source, owner, members }: Owned, key: string): Value | undefined {
  const value = members.get(key);
  if (value === undefined && source.isMap(owner)) source.report(owner.place, `${owner.label} has no \`${key}\``);
  return value;
}

/** Reports compare test by test, and by name. */
function reportRepeatedNames(tests: readonly PolicyTest[], source: YamlSource): void {
  const known = new Map<string, number>();
  for (const { name, place } of tests) {
    const line = known.get(name);
    if (line !== undefined && name !== '') {
      source.report(place, `a test of the name ${JSON.stringify(name)} stands in line ${line} already`);
    }
    known.set(name, line ?? place.line);
  }
}

function testOf(value: Value, source: YamlSource): PolicyTest {
  const members = source.members(value, TEST_KEYS);
  const text = (key: string): string | undefined => {
    const member = members.get(key);
    return member === undefined ? undefined : source.text(member);
  };
  const name = required({ source, owner: value, members }, 'name');
  const expect = required({ source, owner: value, members }, 'expect');
  const at = members.get('at');
  const headers = members.get('headers');
  const tools = textsOf(members.get('tools'), source);
  const expected = expect === undefined ? NOTHING : expectedOf(expect, source);
  reportUnnamedTools({ source, value: expect ?? value, tools, listed: expected.toolsListed });
  return {
    name: (name === undefined ? undefined : source.text(name)) ?? '',
    place: value.place,
    server: text('server'),
    caller: callerOf({ source, owner: value, members }),
    atMs: at === undefined ? undefined : momentOf(at, source),
    headers: headers === undefined ? [] : headersOf(headers, source),
    tool: toolOf(members.get('request'), source),
    tools: tools ?? [],
    expected,
  };
}

function callerOf({ source, owner, members }: Owned): TestCaller {
  const given = CALLER_KEYS.flatMap((key) => members.get(key) ?? []);
  const [first, second] = given;
  if (first === undefined) return { kind: 'headers' };
  if (second !== undefined) {
    source.report(second.place, `${owner.label} has both ${first.label} and ${second.label}: give one of them`);
  }
  const claims = members.get('claims');
  if (claims !== undefined) {
    source.entries(claims);
    return { kind: 'claims', claims: source.json(claims) as Claims }; // a map with keys of text, or reported
  }
  const word = source.text(first) ?? '';
  return members.has('token') ? { kind: 'token', token: cleanedToken(word) } : { kind: 'token-file', file: word };
}

function momentOf(value: Value, source: YamlSource): number | undefined {
  const text = source.text(value);
  if (text === undefined) return undefined;
  const ms = readMoment(text);
  if (ms === undefined) {
    source.report(value.place, '`at` must be a time in ISO 8601 with its offset, as 2026-01-31T12:00:00Z');
  }
  return ms;
}

function headersOf(value: Value, source: YamlSource): readonly HeaderField[] {
  return source.entries(value).flatMap(([name, member]) => {
    const text = source.text(member);
    if (!isNamed(name, member, source) || text === undefined) return [];
    if (!isHeaderValue(text)) source.report(member.place, `the value of the header ${name} cannot be sent`);
    return [headerField(name, text)];
  });
}

function isNamed(name: string, { place }: Value, source: YamlSource): boolean {
  if (isHeaderName(name)) return true;
  source.report(place, `${JSON.stringify(name)} is no name of a header`);
  return false;
}

/** The policy decides by the tool alone: method and arguments are there to be read. */
function toolOf(request: Value | undefined, source: YamlSource): string | undefined {
  if (request === undefined) return undefined;
  const members = source.members(request, REQUEST_KEYS);
  const [method, tool, given] = [members.get('method'), members.get('tool'), members.get('arguments')];
  const methodName = method === undefined ? 'tools/call' : source.text(method);
  if (given !== undefined) source.entries(given);
  if (methodName === 'tools/call') {
    const named = required({ source, owner: request, members }, 'tool');
    return named === undefined ? undefined : source.text(named);
  }
  if (tool !== undefined) source.report(tool.place, '`tool` is for the method tools/call alone');
  return undefined;
}

const NOTHING: Expected = {
  verdict: undefined,
  reason: undefined,
  headers: [],
  absentHeaders: [],
  toolsListed: undefined,
};

function expectedOf(value: Value, source: YamlSource): Expected {
  const before = source.problems.length;
  const members = source.members(value, EXPECT_KEYS);
  const isNothing = [...members].every(([key, member]) => key.endsWith('headers') && source.isEmpty(member));
  if (isNothing && source.problems.length === before) source.report(value.place, '`expect` expects nothing');
  const reason = members.get('reason');
  const headers = members.get('headers');
  const verdict = oneOf(members.get('verdict'), ['allow', 'deny'] as const, source);
  // What the server receives, and what it does not, is a matter of requests that go on.
  const isAboutSending = ['headers', 'absent_headers'].some((key) => members.has(key));
  if (reason !== undefined && verdict === 'allow') {
    source.report(reason.place, '`reason` is why a request is denied, and this one is to be allowed');
  }
  return {
    // Only a denial has a reason.
    verdict: verdict ?? (reason !== undefined ? 'deny' : isAboutSending ? 'allow' : undefined),
    reason: oneOf(reason, REASONS, source),
    headers: headers === undefined ? [] : expectedHeaders(headers, source),
    absentHeaders: absentHeaders(members.get('absent_headers'), source),
    toolsListed: textsOf(members.get('tools_listed'), source),
  };
}

function absentHeaders(value: Value | undefined, source: YamlSource): readonly string[] {
  if (value === undefined) return [];
  return source.items(value).flatMap((item) => {
    const name = source.text(item);
    return name !== undefined && isNamed(name, item, source) ? [name] : [];
  });
}

function expectedHeaders(value: Value, source: YamlSource): readonly ExpectedHeader[] {
  return source.entries(value).flatMap(([name, member]) => {
    if (!isNamed(name, member, source)) return [];
    const json = source.json(member);
    const isStructure = typeof json === 'object' && json !== null;
    return [{ name, value: isStructure ? json : (source.text(member) ?? '') }];
  });
}

function oneOf<T extends string>(value: Value | undefined, words: readonly T[], source: YamlSource): T | undefined {
  const text = value === undefined ? undefined : source.text(value);
  const found = words.find((word) => word === text);
  if (value === undefined || text === undefined || found !== undefined) return found;
  const meant = nearest(text, words);
  const hint = meant === undefined ? `one of: ${words.join(', ')}` : `did you mean ${meant}?`;
  source.report(value.place, `${value.label} cannot be ${JSON.stringify(text)}; ${hint}`);
  return undefined;
}

function textsOf(value: Value | undefined, source: YamlSource): readonly string[] | undefined {
  return value === undefined ? undefined : source.items(value).flatMap((item) => source.text(item) ?? []);
}

interface ToolNames {
  readonly source: YamlSource;
  readonly value: Value;
  readonly tools: readonly string[] | undefined;
  readonly listed: readonly string[] | undefined;
}

/** A name that `tools` does not have would never be listed; `tools` alone would be asked nothing. */
function reportUnnamedTools({ source, value, tools, listed }: ToolNames): void {
  if (listed === undefined) {
    if (tools !== undefined) source.report(value.place, '`tools` is there, and `expect` has no `tools_listed`');
    return;
  }
  const missing = listed.filter((name) => tools?.includes(name) !== true);
  if (tools === undefined || tools.length === 0) {
    source.report(value.place, '`tools_listed` needs `tools`: the names that it is about');
  } else if (missing.length > 0) {
    source.report(value.place, `\`tools_listed\` has what \`tools\` does not have: ${missing.join(', ')}`);
  }
}
