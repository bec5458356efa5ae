// All test files of one run: read, their configurations loaded, their tests judged one after the other. Nothing is judged
// before every file is sound.
import * as path from 'node:path';
import { McpgwError, unreadableFile } from '../../errors.js';
import type { Host } from '../../host.js';
import { chooseServer, loadPolicy, type LoadedPolicy } from '../load-policy.js';
import { coverageOf, type RuleCoverage } from './coverage.js';
import type { PolicyTest, TestFile } from './policy-test.js';
import { readTests } from './read-tests.js';
import { runTest, type TestResult } from './run-test.js';
import { UnusableTestsError, unusableTest, type PlacedProblem } from './unusable-tests.js';

/**
 * What decides is resolved. A value that is only sent (`headers`, `url`) stays as it is written, so that a pipeline needs
 * none of the secrets that `serve` has, and a test can expect `Bearer ${API_KEY}`.
 */
const DECIDING_PARTS = [
  'jwt_validation',
  'tools',
  'tool_authorization',
  'forward_headers',
  'user_identity_forwarding',
  'client_headers',
];

export interface FileResult {
  readonly file: string;
  /** As the user would name it. */
  readonly config: string;
  readonly results: readonly TestResult[];
}

export interface ConfigCoverage {
  readonly config: string;
  readonly rules: readonly RuleCoverage[];
}

export interface TestRunResult {
  readonly files: readonly FileResult[];
  /** One for each configuration, over all files that test it. */
  readonly coverage: readonly ConfigCoverage[];
}

/** @throws McpgwError UNREADABLE_FILE, USAGE (as UnusableTestsError), and what loadPolicy throws */
export async function runFiles(host: Host, names: readonly string[]): Promise<TestRunResult> {
  const policies = new Map<string, LoadedPolicy>();
  const sound = await readFiles(host, names);
  for (const { file, config } of sound) {
    const named = configOf(file, config);
    if (!policies.has(named)) policies.set(named, await loadPolicy(host, { config: named }, DECIDING_PARTS));
  }
  const files: FileResult[] = [];
  for (const { file, config, tests } of sound) {
    const named = configOf(file, config);
    const loaded = policies.get(named);
    if (loaded === undefined) throw new Error(`${named} was not loaded`);
    const results: TestResult[] = [];
    for (const test of tests) results.push(await runOne(test, { host, file, loaded }));
    files.push({ file, config: named, results });
  }
  const coverage = [...policies].map(([config, { policy }]) => {
    const results = files.filter((each) => each.config === config).flatMap((each) => each.results);
    return { config, rules: coverageOf(policy.servers, results) };
  });
  return { files, coverage };
}

function configOf(file: string, config: string): string {
  return path.isAbsolute(config) ? config : path.join(path.dirname(file), config);
}

async function readFiles(host: Host, names: readonly string[]): Promise<readonly TestFile[]> {
  const files: TestFile[] = [];
  const problems: PlacedProblem[] = [];
  for (const file of names) {
    const read = readTests(file, await readText(host, file));
    if (read.ok) files.push(read.tests);
    else problems.push(...read.problems.map((problem) => ({ file, ...problem })));
  }
  if (problems.length > 0) throw new UnusableTestsError(problems);
  return files;
}

async function readText(host: Host, file: string): Promise<string> {
  try {
    return await host.files.readText(path.resolve(host.cwd, file));
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

interface TestPlace {
  readonly host: Host;
  readonly file: string;
  readonly loaded: LoadedPolicy;
}

async function runOne(test: PolicyTest, { host, file, loaded: { policy } }: TestPlace): Promise<TestResult> {
  try {
    const server = chooseServer(policy, test.server);
    return await runTest({ host, policy, server, test, directory: path.dirname(path.resolve(host.cwd, file)) });
  } catch (error) {
    if (error instanceof McpgwError) throw unusableTest(file, test.place, error);
    throw error;
  }
}
