// Runs jobs of a GitHub workflow and of a GitLab pipeline, as far as examples/ci uses them: the steps with their
// conditions, the variables, the artifacts, the retries. Throws on whatever it does not know.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { CliResult } from './cli.js';
import type { CiMachine } from './ci-machine.js';

type Variables = Readonly<Record<string, string>>;

export interface GithubStep {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly env?: Variables;
}

export interface GithubJob {
  readonly if?: string;
  readonly permissions: Variables;
  readonly steps: readonly GithubStep[];
}

export interface GithubWorkflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Variables;
  readonly env: Variables;
  readonly defaults: { readonly run: { readonly shell: string } };
  readonly jobs: Readonly<Record<string, GithubJob>>;
}

export interface GitlabJob {
  readonly script: readonly string[];
  readonly rules: readonly { readonly if: string }[];
  readonly id_tokens?: Readonly<Record<string, { readonly aud: string }>>;
  readonly artifacts?: {
    readonly when: string;
    readonly paths: readonly string[];
    readonly reports: { readonly junit: string };
  };
  readonly retry?: { readonly max: number; readonly exit_codes: number };
}

export type GitlabPipeline = Readonly<Record<string, GitlabJob>> & { readonly variables: Variables };

export function readWorkflow(text: string): GithubWorkflow {
  // What it holds is checked by the tests; what they do not know, here.
  const workflow = parse(text) as GithubWorkflow;
  for (const job of Object.values(workflow.jobs)) {
    expectKeys(job, ['if', 'runs-on', 'permissions', 'steps']);
    for (const step of job.steps) expectKeys(step, ['name', 'if', 'uses', 'with', 'run', 'env']);
  }
  return workflow;
}

export function readPipeline(text: string): GitlabPipeline {
  // As above.
  const { variables, ...jobs } = parse(text) as GitlabPipeline;
  const known = ['stage', 'image', 'rules', 'script', 'id_tokens', 'artifacts', 'retry'];
  for (const job of Object.values(jobs)) expectKeys(job, known);
  return { variables, ...jobs } as GitlabPipeline;
}

function expectKeys(value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`keys that these runners do not know: ${unknown.join(', ')}`);
}

export interface GithubRun {
  readonly conclusion: 'success' | 'failure';
  /** Exit codes of the scripts that ran, by the names of their steps. */
  readonly codes: Readonly<Record<string, number | null>>;
  /** What code scanning was given, as JSON. */
  readonly uploads: readonly unknown[];
}

interface GithubCall {
  readonly machine: CiMachine;
  /** What GitHub itself sets. */
  readonly env?: Variables;
}

export async function runGithubJob(
  { jobs, env, defaults }: GithubWorkflow,
  name: string,
  call: GithubCall,
): Promise<GithubRun> {
  // GitHub's word for `bash --noprofile --norc -eo pipefail`, which is what the machine runs.
  if (defaults.run.shell !== 'bash') throw new Error(`no such shell here: ${defaults.run.shell}`);
  const { machine } = call;
  const codes: Record<string, number | null> = {};
  const uploads: unknown[] = [];
  let hasFailed = false;
  for (const step of jobs[name]?.steps ?? []) {
    if (!isDue(step, hasFailed)) continue;
    if (step.run === undefined) {
      uploads.push(...(await used(step, machine)));
      continue;
    }
    const variables = { GITHUB_WORKSPACE: machine.sandbox.directory, ...call.env, ...env, ...step.env };
    const { code } = await machine.shell(step.run, variables);
    codes[step.name ?? 'nameless'] = code;
    hasFailed ||= code !== 0;
  }
  return { conclusion: hasFailed ? 'failure' : 'success', codes, uploads };
}

function isDue({ if: condition }: GithubStep, hasFailed: boolean): boolean {
  switch (condition) {
    case undefined:
      return !hasFailed;
    case '${{ failure() }}':
      return hasFailed;
    case '${{ !cancelled() }}':
      return true;
    default:
      throw new Error(`a condition that this runner does not know: ${condition}`);
  }
}

/** What an action hands to code scanning. */
async function used({ uses = '', with: inputs = {} }: GithubStep, machine: CiMachine): Promise<readonly unknown[]> {
  const [action] = uses.split('@');
  if (action === 'actions/checkout') return [];
  if (action !== 'github/codeql-action/upload-sarif')
    throw new Error(`an action that this runner does not know: ${uses}`);
  return [JSON.parse(await readFile(path.join(machine.sandbox.directory, String(inputs['sarif_file'])), 'utf8'))];
}

export interface GitlabRun {
  /** One for each attempt. */
  readonly attempts: readonly CliResult[];
  /** Exit code of the last. */
  readonly code: number | null;
  /** Texts by name. */
  readonly artifacts: Readonly<Record<string, string>>;
}

interface GitlabCall {
  readonly machine: CiMachine;
  /** Makes an ID token. */
  readonly mint?: (audience: string) => string;
}

export async function runGitlabJob(pipeline: GitlabPipeline, name: string, call: GitlabCall): Promise<GitlabRun> {
  const { machine, mint = () => '' } = call;
  const job = pipeline[name];
  if (job === undefined) throw new Error(`the pipeline has no job ${name}`);
  const idTokens = Object.entries(job.id_tokens ?? {}).map(([variable, { aud }]) => [variable, mint(aud)] as const);
  const env = { ...pipeline.variables, ...Object.fromEntries(idTokens) };
  const attempts: CliResult[] = [];
  for (;;) {
    const result = await machine.shell(job.script.join('\n'), env);
    attempts.push(result);
    const { code } = result;
    const isRetried = code !== 0 && code === job.retry?.exit_codes && attempts.length <= job.retry.max;
    if (!isRetried) return { attempts, code, artifacts: await artifactsOf(job, { machine, code }) };
  }
}

async function artifactsOf(
  { artifacts }: GitlabJob,
  { machine, code }: { readonly machine: CiMachine; readonly code: number | null },
): Promise<Readonly<Record<string, string>>> {
  if (artifacts === undefined || (code !== 0 && artifacts.when !== 'always')) return {};
  const names = [...artifacts.paths, ...Object.values(artifacts.reports)];
  const texts = names.map(async (name) => [name, await readFile(path.join(machine.sandbox.directory, name), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts)) as Readonly<Record<string, string>>;
}
