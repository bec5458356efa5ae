#!/usr/bin/env node
// Stands in for curl on a machine that has none: as much of it as the examples of CI use, and an error for the rest.
import { text } from 'node:stream/consumers';

const FLAGS = new Set(['-sSf', '-G']);
const query = [];
const headers = new Headers();
let address = '';
for (let rest = process.argv.slice(2); rest.length > 0;) {
  const [option = '', value = ''] = rest;
  const takesValue = ['--retry', '-H', '--data-urlencode'].includes(option);
  rest = rest.slice(takesValue ? 2 : 1);
  if (option === '-H' && value === '@-') {
    for (const line of (await text(process.stdin)).split('\n')) headers.append(...line.split(/: (.*)/s, 2));
  } else if (option === '--data-urlencode') query.push(value.split(/=(.*)/s, 2));
  else if (!option.startsWith('-')) address = option;
  else if (!FLAGS.has(option) && option !== '--retry')
    throw new Error(`this stand-in for curl has no ${option} ${value}`);
}

const url = new URL(address);
for (const [name, value] of query) url.searchParams.append(name, value);
const answer = await fetch(url, { headers });
if (answer.ok) process.stdout.write(await answer.text());
else {
  console.error(`curl: (22) The requested URL returned error: ${answer.status}`);
  process.exitCode = 22;
}
