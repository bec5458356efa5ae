// The official conformance suite (@modelcontextprotocol/conformance): client scenarios one at a time, against a host that
// reaches the suite's server through `mcpgw serve` (host.ts); server scenarios all at once, against a URL (relay.ts).
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
  return requirementsOf(revision).client;
}

/** All that is run against a server in a revision: what it must pass, and what is not scored. */
export function serverScenariosOf(revision: Revision): readonly string[] {
  const { server, not_scored: others } = requirementsOf(revision);
  return [...server, ...others.filter(({ leg }) => leg === 'server').map(({ scenario }) => scenario)];
}

interface Requirements {
  readonly client: readonly string[];
  readonly server: readonly string[];
  readonly not_scored: readonly { readonly scenario: string; readonly leg: string }[];
}

function requirementsOf(revision: Revision): Requirements {
  return parse(readFileSync(path.join(suite, 'requirements', `${revision}.yaml`), 'utf8')) as Requirements;
}

export interface CheckOutcome {
  /** Of its checks, the ids of those that failed or warn. */
  readonly notPassed: readonly string[];
  readonly passed: number;
}

export interface ScenarioOutcome extends CheckOutcome {
  /** The suite's exit code. */
  readonly code: number;
  /** All that it printed. */
  readonly output: string;
}

/** SKIPPED: of what the revision or the host does not have. */
const GOOD: ReadonlySet<string> = new Set(['SUCCESS', 'INFO', 'SKIPPED']);

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
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
    return { code, output, ...judged(checksIn(results)) };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** Runs all that a revision asks of the server at a URL. */
export async function runServerScenarios(url: string, revision: Revision): Promise<ReadonlyMap<string, CheckOutcome>> {
  const results = mkdtempSync(path.join(tmpdir(), 'mcpgw-conformance-'));
  try {
    await run([
      '--import',
      path.join(root, 'test/conformance/node20.mjs'),
      path.join(suite, 'dist/index.js'),
      'server',
      '--url',
      url,
      '--requirements',
      revision,
      '--output-dir',
      results,
    ]);
    const directories = readdirSync(results);
    const outcomes = serverScenariosOf(revision).map((scenario) => {
      const own = directories.filter((name) => new RegExp(`^server-${scenario}-\\d{4}-\\d\\d-\\d\\dT`).test(name));
      return [scenario, judged(own.flatMap((name) => checksIn(path.join(results, name))))] as const;
    });
    return new Map(outcomes);
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

function judged(checks: readonly Check[]): CheckOutcome {
  return {
    notPassed: checks
      .filter(({ status }) => !GOOD.has(status))
      .map(({ id, errorMessage = '' }) => `${id} ${errorMessage}`),
    passed: checks.filter(({ status }) => status === 'SUCCESS').length,
  };
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
