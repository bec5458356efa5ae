#!/usr/bin/env node
// Stands in for jq on a machine that has none: filters like `.a[].b`, and the options -r, -c and -e.
import { text } from 'node:stream/consumers';

const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith('-')).join('');
const [filter = '.', file] = words.filter((word) => !word.startsWith('-'));
if (!/^\.(?:\w+|\[\]|\.(?=\w))*$/.test(filter)) throw new Error(`this stand-in for jq has no filter ${filter}`);

const { readFile } = await import('node:fs/promises');
const input = file === undefined ? await text(process.stdin) : await readFile(file, 'utf8');
let values = input.trim() === '' ? [] : [JSON.parse(input)];
for (const [step] of filter.matchAll(/\w+|\[\]/g)) {
  values = step === '[]' ? values.flat() : values.map((value) => value?.[step] ?? null);
}

const isRaw = options.includes('r');
for (const value of values) {
  const text = JSON.stringify(value, undefined, options.includes('c') ? 0 : 2);
  console.log(isRaw && typeof value === 'string' ? value : text);
}
const last = values.at(-1);
if (options.includes('e')) process.exitCode = values.length === 0 ? 4 : Number(last === null || last === false);
