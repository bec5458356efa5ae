// Test results as JUnit XML, in the form that Jenkins, GitLab and GitHub's reporters read. Whatever a text holds, the
// document is well-formed XML 1.0: what XML cannot say is written as a JSON escape. Knows nothing of what was tested.

export interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
  /** What else was said, for `system-out`. */
  readonly output?: string;
  readonly file?: string;
}

export interface TestCase {
  /** The same in every run, so that results can be compared. */
  readonly name: string;
  /** What groups cases in reports. */
  readonly className: string;
  readonly outcome: TestOutcome;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly seconds?: number;
}

export type TestOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly message: string }
  /** `failure`: the answer was wrong. `error`: there was none. */
  | { readonly kind: 'failure' | 'error'; readonly type: string; readonly message: string; readonly details: string };

/** The whole document, with a line break at the end. */
export function junitXml(name: string, suites: readonly TestSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  const root = element({ name: 'testsuites', depth: 0 }, { name, ...countsOf(all) }, suites.map(suiteXml));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function suiteXml({ name, file, cases, output }: TestSuite): string {
  const said = output === undefined ? [] : [`    <system-out>${escapedText(output)}</system-out>`];
  const children = [...cases.map(caseXml), ...said];
  return element({ name: 'testsuite', depth: 1 }, { name, ...countsOf(cases), file }, children);
}

function caseXml({ name, className, file, line, seconds, outcome }: TestCase): string {
  const attributes = { name, classname: className, file, line, time: seconds?.toFixed(3) };
  return element({ name: 'testcase', depth: 2 }, attributes, outcomeXml(outcome));
}

function outcomeXml(outcome: TestOutcome): readonly string[] {
  switch (outcome.kind) {
    case 'passed':
      return [];
    case 'skipped':
      return [`      <skipped${attributeList({ message: outcome.message })}/>`];
    case 'failure':
    case 'error': {
      const { kind, message, type, details } = outcome;
      return [`      <${kind}${attributeList({ message, type })}>${escapedText(details)}</${kind}>`];
    }
  }
}

function countsOf(cases: readonly TestCase[]): Attributes {
  const count = (kind: TestOutcome['kind']): number => cases.filter(({ outcome }) => outcome.kind === kind).length;
  return { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

interface Element {
  readonly name: string;
  readonly depth: number;
}

/** The children stand on lines of their own, each already indented. */
function element({ name, depth }: Element, attributes: Attributes, children: readonly string[]): string {
  const pad = '  '.repeat(depth);
  const start = `${pad}<${name}${attributeList(attributes)}`;
  return children.length === 0 ? `${start}/>` : [`${start}>`, ...children, `${pad}</${name}>`].join('\n');
}

function attributeList(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escapedAttribute(String(value))}"`))
    .join('');
}

/** Line breaks and tabs as references: a reader makes spaces of them in an attribute. */
function escapedAttribute(text: string): string {
  return escapedText(text).replace(/[\t\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function escapedText(text: string): string {
  return text
    .replace(NO_XML, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

/** What is no character of XML 1.0 (section 2.2), halves of surrogate pairs among it. */
const NO_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
