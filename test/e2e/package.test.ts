// The package as a user gets it: packed, installed into an empty folder, run there.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the package', () => {
  let folder: string;
  let files: readonly string[];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mcpgw-package-'));
    // --ignore-scripts: dist/ was built for this run of the tests already.
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
    });
    // npm prints a list, and later versions an object with the package's name as its key.
    const packed = Object.values(
      JSON.parse(stdout) as Record<string, { filename: string; files: { path: string }[] }>,
    )[0];
    if (packed === undefined) throw new Error(`npm pack said: ${stdout}`);
    files = packed.files.map((file) => file.path);
    await writeFile(path.join(folder, 'package.json'), '{ "name": "empty", "private": true }');
    const install = [
      'install',
      '--offline',
      '--omit=optional',
      '--no-audit',
      '--no-fund',
      path.join(folder, packed.filename),
    ];
    await run('npm', install, { cwd: folder });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds only what a user needs', () => {
    expect(files.toSorted()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/load-program.js',
      'bin/mcpgw.js',
      'bin/package.json',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/program.js',
      'package.json',
      'schema/mcpgw.schema.json',
    ]);
  });

  it('runs where nothing else is installed', async () => {
    const mcpgw = path.join(folder, 'node_modules/.bin/mcpgw');
    const { stdout } = await run(mcpgw, ['--version'], { cwd: folder });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    await writeFile(path.join(folder, 'policy.json'), '{ "forward_headers": ["x-request-id"] }');
    const simulated = await run(mcpgw, ['simulate', '-c', 'policy.json', '-H', 'X-Request-Id: 7', '--json'], {
      cwd: folder,
    });
    expect(JSON.parse(simulated.stdout)).toMatchObject({ verdict: 'allow' });
    const validated = await run(mcpgw, ['validate', 'policy.json'], { cwd: folder });
    expect(validated.stdout).toContain('no errors');
  });
});
