// All test files of one run: read, their configurations loaded, their tests judged one after the other. Nothing is judged
// before every file is sound.
import * as path from 'node:path';
import { McpgwError, unreadableFile } from '../../errors.js';
import { carriesToken } from '../../gateway/caller.js';
import type { Host } from '../../host.js';
import type { GatewayPolicy, ServerPolicy } from '../../policy/model.js';
import type { Secret } from '../../secret/secret.js';
import { chooseServer, loadPolicy, type LoadedPolicy } from '../load-policy.js';
import { readTokenFile } from '../options/token.js';
import { coverageOf, type RuleCoverage } from './coverage.js';
import type { PolicyTest, TestCaller, TestFile } from './policy-test.js';
import { readTests } from './read-tests.js';
import { runTest, type TestResult, type TestRun } from './run-test.js';
import { UnusableTestsError, type PlacedProblem } from './unusable-tests.js';

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
  const planned = await plan(host, sound, policies);
  const files: FileResult[] = [];
  for (const { file, config, runs } of planned) {
    const results: TestResult[] = [];
    for (const run of runs) results.push(await runTest(run));
    files.push({ file, config, results });
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

interface PlannedFile {
  readonly file: string;
  readonly config: string;
  readonly runs: readonly TestRun[];
}

type Policies = ReadonlyMap<string, LoadedPolicy>;

/** What only the configuration and other files can say of a test: its server, and its token. */
async function plan(host: Host, files: readonly TestFile[], policies: Policies): Promise<readonly PlannedFile[]> {
  const planned: PlannedFile[] = [];
  const problems: PlacedProblem[] = [];
  for (const { file, config, tests } of files) {
    const named = configOf(file, config);
    const policy = policies.get(named)?.policy;
    if (policy === undefined) throw new Error(`${named} was not loaded`);
    const beside: Host = { ...host, cwd: path.dirname(path.resolve(host.cwd, file)) };
    const runs: TestRun[] = [];
    for (const test of tests) {
      try {
        const server = serverOf(policy, test.server);
        const token = await tokenOf(test.caller, beside);
        if (test.caller.kind !== 'headers') refuseTwoTokens(test, { policy, server });
        runs.push({ host, policy, server, test, token });
      } catch (error) {
        if (!(error instanceof McpgwError)) throw error;
        const message = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
        problems.push({ file, ...test.place, message });
      }
    }
    planned.push({ file, config: named, runs });
  }
  if (problems.length > 0) throw new UnusableTestsError(problems);
  return planned;
}

function serverOf(policy: GatewayPolicy, name: string | undefined): ServerPolicy {
  if (name !== undefined || policy.servers.length < 2) return chooseServer(policy, name);
  throw new McpgwError('USAGE', 'the configuration has several servers', {
    hint: `name one with \`server\`: ${policy.servers.map((server) => server.name).join(', ')}`,
  });
}

/** A header that carries a token comes first, for `serve` as well: the other one would never be looked at. */
function refuseTwoTokens(test: PolicyTest, { policy, server }: Pick<TestRun, 'policy' | 'server'>): void {
  if (!carriesToken([...policy.clientHeaders, ...test.headers], server)) return;
  const headerKey = server.tokenRules?.headerKey ?? 'Authorization';
  throw new McpgwError('USAGE', `there are two callers: the one of the test, and that of the header ${headerKey}`, {
    hint: 'give one of them',
  });
}

async function tokenOf(caller: TestCaller, host: Host): Promise<Secret | undefined> {
  if (caller.kind === 'token') return caller.token;
  return caller.kind === 'token-file' ? readTokenFile(host, caller.file) : undefined;
}
