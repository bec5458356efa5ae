import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { junitXml, type TestSuite } from '../../../../src/cli/render/junit-xml.js';
import { parseXml } from '../../../support/xml.js';

test('every outcome has its element, and is counted', () => {
  const failed = { type: 'T', message: 'm', details: 'd' };
  const suite: TestSuite = {
    name: 's',
    cases: [
      { name: 'a', className: 'c', outcome: { kind: 'passed' }, seconds: 1.25 },
      { name: 'b', className: 'c', outcome: { kind: 'skipped', message: 'later' } },
      { name: 'c', className: 'c', outcome: { kind: 'failure', ...failed }, file: 'f', line: 3 },
      { name: 'd', className: 'c', outcome: { kind: 'error', ...failed } },
    ],
    output: 'said',
  };
  expect(junitXml('n', [suite, { name: 'empty', cases: [] }])).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="n" tests="4" failures="1" errors="1" skipped="1">',
      '  <testsuite name="s" tests="4" failures="1" errors="1" skipped="1">',
      '    <testcase name="a" classname="c" time="1.250"/>',
      '    <testcase name="b" classname="c">',
      '      <skipped message="later"/>',
      '    </testcase>',
      '    <testcase name="c" classname="c" file="f" line="3">',
      '      <failure message="m" type="T">d</failure>',
      '    </testcase>',
      '    <testcase name="d" classname="c">',
      '      <error message="m" type="T">d</error>',
      '    </testcase>',
      '    <system-out>said</system-out>',
      '  </testsuite>',
      '  <testsuite name="empty" tests="0" failures="0" errors="0" skipped="0"/>',
      '</testsuites>',
      '',
    ].join('\n'),
  );
});

test('any text is read back as it was written, but for what XML cannot say', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        ']]>',
        '&amp;',
        '<',
        '>',
        '"',
        "'",
        '\r\n',
        '\r',
        '\n',
        '\t',
        '\0',
        '\u001b',
        '\ud800',
        '\uffff',
        '🔑',
      ),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
  });
  fc.assert(
    fc.property(text, text, text, (name, message, details) => {
      const outcome = { kind: 'failure' as const, type: 'T', message, details };
      const root = parseXml(junitXml(name, [{ name, cases: [{ name, className: 'c', outcome }], output: details }]));
      const [suite] = root.children;
      const [test, output] = suite?.children ?? [];
      expect([root, suite, test].map((each) => each?.attributes['name'])).toEqual([
        readable(name),
        readable(name),
        readable(name),
      ]);
      expect(test?.children[0]?.attributes['message']).toBe(readable(message));
      expect(test?.children[0]?.text).toBe(readable(details));
      expect(output?.text).toBe(readable(details));
    }),
  );
});

/** What XML 1.0 has no character for is written as JSON would. */
function readable(text: string): string {
  return text.replace(
    /[\0-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
