// The corpus of configurations with one mistake each (test/golden/config/<case>/bad.jsonc). Every one states by itself
// where its mistake is: carets in a comment under the line (`//   ^^^ MCPGW103`; `^^^ MCPGW104 begins` and
// `^ MCPGW104 ends` under the first and the last line of a longer one), or, where no comment can stand, a first line
// `// expect 3:7-3:9 MCPGW100`. A line `// found, not named` says that nobody named the file.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Diagnostic, Place } from '../../src/diagnostics/diagnostic.js';

/** Absolute; tests and scripts run in the root of the project. */
export const CORPUS = path.resolve('test/golden/config');

export interface BadCase {
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
  readonly text: string;
  readonly stated: StatedMistake;
  readonly trusted: boolean;
}

export interface StatedMistake {
  readonly code: string;
  readonly place: Place;
}

export function badCases(): readonly BadCase[] {
  return readdirSync(CORPUS).map((name) => {
    const directory = path.join(CORPUS, name);
    const text = readFileSync(`${directory}/bad.jsonc`, 'utf8');
    return { name, directory, text, stated: statedMistake(text), trusted: !/^\/\/ found, not named$/m.test(text) };
  });
}

/** @throws Error when a document does not state exactly one mistake */
export function statedMistake(text: string): StatedMistake {
  const [first = '', ...rest] = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const inWords = /^\/\/ expect (\d+):(\d+)-(\d+):(\d+) (MCPGW\d{3})$/.exec(first);
  if (inWords !== null) {
    const [line, column, endLine, endColumn] = inWords.slice(1, 5).map(Number) as [number, number, number, number];
    return { code: inWords[5] ?? '', place: { line, column, endLine, endColumn } };
  }
  const marks = [first, ...rest].flatMap((line, index) => markOf(line, index));
  const [start, end = start] = marks;
  if (start === undefined || end === undefined || marks.length > 2) throw new Error('a case states one mistake');
  if ((start.word === ' begins') !== (end.word === ' ends')) throw new Error('what begins has to end');
  return {
    code: start.code,
    place: { line: start.line, column: start.column, endLine: end.line, endColumn: end.endColumn },
  };
}

interface Mark {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly code: string;
  readonly word: string | undefined;
}

/** The carets stand in a line of their own, and mean the line above. */
function markOf(text: string, line: number): readonly Mark[] {
  const [, before, carets, code, word] = /^(\/\/ *)(\^+) (MCPGW\d{3})( begins| ends)?$/.exec(text) ?? [];
  if (before === undefined || carets === undefined || code === undefined) return [];
  const column = before.length + 1;
  return [{ line, column, endColumn: column + carets.length, code, word }];
}

/** An error as a reviewer wants to see it: what is printed, the pointer, and the line with carets under the place. */
export function reviewText({ code, severity, place, pointer, message, help }: Diagnostic, text: string): string {
  const source = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)[place.line - 1] ?? '';
  const end = place.endLine === place.line ? place.endColumn : source.length + 1;
  const gutter = ' '.repeat(String(place.line).length);
  return [
    `bad.jsonc:${place.line}:${place.column} ${severity} ${code} ${message}`,
    ...(help === undefined ? [] : [`  help: ${help}`]),
    `  at ${pointer === '' ? 'the document' : pointer}`,
    '',
    `  ${place.line} | ${source}`,
    `  ${gutter} | ${' '.repeat(place.column - 1)}${'^'.repeat(Math.max(1, end - place.column))}`,
    ...(place.endLine === place.line ? [] : [`  ${gutter} | … to ${place.endLine}:${place.endColumn}`]),
    '',
  ].join('\n');
}
