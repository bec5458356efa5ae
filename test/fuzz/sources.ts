// The real configurations that inputs are made from: the examples that people paste, every lint example, documents
// with every key, and the corpus of bad ones.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseConfig } from '../../src/config/parse.js';
import { membersOf } from '../../src/config/raw-value.js';
import { badCases } from '../support/bad-corpus.js';
import { goodConfigs } from '../support/good-configs.js';

export interface Sources {
  readonly texts: readonly string[];
  /** Those that parse. */
  readonly documents: readonly unknown[];
  /** Every key that stands in any of them. */
  readonly keys: readonly string[];
  /** Every subtree that stands in any of them. */
  readonly values: readonly unknown[];
}

export function readSources(): Sources {
  const lint = path.resolve('test/golden/lint');
  const rules = readdirSync(lint).flatMap((rule) =>
    ['good.jsonc', 'bad.jsonc'].map((file) => readFileSync(path.join(lint, rule, file), 'utf8')),
  );
  const good = goodConfigs().map(({ text }) => text);
  const bad = badCases().map(({ text }) => text);
  // As many good ones as bad ones: what is nearly right goes deepest.
  const texts = [...rules, ...bad, ...bad.flatMap((_, index) => good[index % good.length] ?? [])];
  const parsed = texts.map(parseConfig).filter(({ syntax }) => syntax.length === 0);
  const documents = parsed.map(({ value }) => value);
  const values = documents.flatMap((document) => [...subtreesOf(document)]);
  const keys = new Set(values.flatMap((value) => membersOf(value).map(([key]) => key)));
  return { texts, documents, keys: [...keys], values };
}

function* subtreesOf(value: unknown): Iterable<unknown> {
  yield value;
  const children = Array.isArray(value) ? value : membersOf(value).map(([, member]) => member);
  for (const child of children) yield* subtreesOf(child);
}
