// The official conformance suite (@modelcontextprotocol/conformance), one scenario at a time, against a host that reaches
// the suite's server through `mcpgw serve` (host.ts).
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

const root = fileURLToPath(new URL('../..', import.meta.url));
const suite = path.dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json'));

/** What a client must pass for a revision, by the suite's own list. */
export function requiredOf(revision: Revision): readonly string[] {
  const file = readFileSync(path.join(suite, 'requirements', `${revision}.yaml`), 'utf8');
  const { client } = parse(file) as { readonly client: readonly string[] };
  return client;
}

export interface ScenarioOutcome {
  /** The suite's exit code. */
  readonly code: number;
  /** Of its checks, the ids of those that failed or warn. */
  readonly notPassed: readonly string[];
  readonly passed: number;
  /** All that it printed. */
  readonly output: string;
}

/** SKIPPED: of what the revision or the host does not have. */
const GOOD: ReadonlySet<string> = new Set(['SUCCESS', 'INFO', 'SKIPPED']);

interface Check {
  readonly id: string;
  readonly status: string;
}

/** Runs a scenario in a revision; also those of extensions, which belong to none. */
export async function runScenario(scenario: string, revision: Revision): Promise<ScenarioOutcome> {
  const results = mkdtempSync(path.join(tmpdir(), 'mcpgw-conformance-'));
  try {
    const { code, output } = await run([
      '--import',
      path.join(root, 'test/conformance/node20.mjs'),
      path.join(suite, 'dist/index.js'),
      'client',
      '--command',
      'node scripts/run.mjs test/conformance/host.ts',
      '--scenario',
      scenario,
      '--spec-version',
      revision,
      '--force',
      '--output-dir',
      results,
    ]);
    const checks = checksIn(results);
    return {
      code,
      notPassed: checks.filter(({ status }) => !GOOD.has(status)).map(({ id }) => id),
      passed: checks.filter(({ status }) => status === 'SUCCESS').length,
      output,
    };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

function checksIn(directory: string): readonly Check[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => path.basename(file) === 'checks.json')
    .flatMap((file) => JSON.parse(readFileSync(path.join(directory, file), 'utf8')) as readonly Check[]);
}

function run(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: stdout + stderr });
    });
  });
}
