// The built program on the whole corpus of bad configurations in one run: it says of each what its golden file says.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { badCases, CORPUS } from '../support/bad-corpus.js';
import { createSandbox, finished, MCPGW, type Sandbox } from '../support/cli.js';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.remove());

const NAMED = badCases().filter(({ trusted }) => trusted);

it('says of every configuration of the corpus what a person has reviewed, and accepts none', async () => {
  const files = NAMED.map(({ name }) => `${name}/bad.jsonc`);
  const child = spawn(process.execPath, [MCPGW, 'validate', ...files], { cwd: CORPUS, env: sandbox.env });
  child.stdin.end();
  const { code, stdout, stderr } = await finished(child);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const errors = stdout.split('\n').filter((line) => / error MCPGW\d{3} /.test(line));
  const reviewed = NAMED.map(({ name, directory }) => {
    const [line = ''] = readFileSync(`${directory}/expected.txt`, 'utf8').split('\n');
    return `${name}/${line}`;
  });
  expect(errors).toEqual(reviewed);
});

it('says of a file that it cannot read only that', async () => {
  const { code, stdout } = await sandbox.run(['validate', 'gone.json']);
  expect(code).toBe(2);
  expect(stdout).toMatch(/^gone\.json:1:1 error MCPGW116 /);
});
