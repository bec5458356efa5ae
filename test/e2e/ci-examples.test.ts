// The pipelines of examples/ci are run, and so is docs/guide/ci.md: their own scripts, in bash, with this build for
// `npx mcpgw@<version>`, and with servers on this machine for the issuers of GitHub and GitLab.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCiIssuers, type CiIssuer, type CiIssuers } from '../support/ci-issuers.js';
import { createCiMachine, type CiMachine } from '../support/ci-machine.js';
import {
  readPipeline,
  readWorkflow,
  runGithubJob,
  runGitlabJob,
  type GithubRun,
  type GitlabRun,
} from '../support/ci-pipelines.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { json, startLoopbackHttp, type Answer } from '../support/loopback-http.js';
import { sarifProblems } from '../support/sarif-schema.js';
import { parseXml } from '../support/xml.js';

const read = (file: string): Promise<string> => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
const { version } = JSON.parse(await read('package.json')) as { version: string };
const FILES = {
  workflow: await read('examples/ci/github/workflow.yml'),
  pipeline: await read('examples/ci/gitlab/mcpgw.gitlab-ci.yml'),
};
const POLICIES = {
  github: await read('examples/ci/mcpgw.jsonc'),
  gitlab: await read('examples/ci/gitlab/mcpgw.jsonc'),
};
const TESTS = {
  github: await read('examples/ci/mcpgw.test.yaml'),
  gitlab: await read('examples/ci/gitlab/mcpgw.test.yaml'),
};
const page = await read('docs/guide/ci.md');
const workflow = readWorkflow(FILES.workflow);
const pipeline = readPipeline(FILES.pipeline);

const AUDIENCE = 'https://gateway.example.com/mcp';

let machine: CiMachine;
let issuers: CiIssuers;
/** Beside the tokens, what must never be printed or stand on a command line. */
let secrets: string[];
beforeEach(async () => {
  machine = await createCiMachine(version);
  issuers = await startCiIssuers();
  secrets = [];
});
afterEach(async () => {
  const traces = [machine.printed(), ...(await machine.commandLines())].join('\n');
  await issuers.close();
  await machine.sandbox.remove();
  // The signature is what makes it a token, and what no claim repeats.
  const signatures = issuers.minted.map((token) => token.split('.')[2] ?? token);
  expect([...signatures, ...secrets].filter((secret) => traces.includes(secret))).toEqual([]);
});

async function checkOut(policy: string, issuer: CiIssuer = 'github'): Promise<void> {
  await machine.sandbox.file('mcpgw.jsonc', issuers.hosted(policy));
  await machine.sandbox.file('mcpgw.test.yaml', issuers.hosted(TESTS[issuer]));
}

/** How often mcpgw was asked for a verdict on a token. */
async function timesJudged(): Promise<number> {
  return (await machine.commandLines()).filter((line) => line.includes(' verify-token ')).length;
}

const UNAVAILABLE = json({}, {}, 503);
const CUT: Answer = (request) => void request.socket.destroy();

/** As much of SARIF as decides what a reader sees. */
interface Sarif {
  readonly runs: readonly {
    readonly results: readonly { readonly ruleId: string }[];
    readonly invocations: readonly { readonly executionSuccessful: boolean }[];
  }[];
}

function sarifFacts(log: unknown) {
  expect(sarifProblems(log)).toEqual([]);
  // The schema holds, so it is of this shape.
  const { runs } = log as Sarif;
  return {
    rules: runs.flatMap(({ results }) => results.map(({ ruleId }) => ruleId)),
    isComplete: runs.every(({ invocations }) => invocations.every(({ executionSuccessful }) => executionSuccessful)),
  };
}

const withoutAudience = (policy: string): string => policy.replace(/^.*"aud": .*\n/m, '');
const withMistake = (policy: string): string => policy.replace('"RS256"', '"HS256"');

describe('the policies of examples/ci', () => {
  it.each(Object.entries(POLICIES))('%s: has nothing to warn of, and silences nothing', async (_issuer, policy) => {
    const file = await machine.sandbox.file('example.jsonc', policy);
    const { code, stdout } = await machine.sandbox.run(['validate', '--strict', file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 file: no errors, no warnings\n' });
    expect(policy).not.toMatch(/mcpgw-disable|"lint"/);
  });

  const anybody = { iss: 'https://idp.example.com', aud: 'https://other.example.com', exp: undefined, sub: undefined };
  const strangers: Readonly<Record<CiIssuer, Readonly<Record<string, unknown>>>> = {
    github: { ...anybody, repository: undefined, repository_owner: 'other', repository_owner_id: '1' },
    gitlab: { ...anybody, project_path: 'other/deploy', project_id: '1', ref_protected: 'false' },
  };

  it.each(['github', 'gitlab'] as const)('%s: refuses a token that differs in one claim alone', async (issuer) => {
    await checkOut(POLICIES[issuer]);
    const passes = async (claims: object): Promise<boolean> => {
      const env = { TOKEN: issuers.mint(issuer, { audience: AUDIENCE, claims }) };
      const { code } = await machine.sandbox.run(['verify-token', '-c', 'mcpgw.jsonc', '--token-env', 'TOKEN'], {
        env,
      });
      expect([0, 1]).toContain(code);
      return code === 0;
    };
    expect(await passes({})).toBe(true);
    for (const [claim, value] of Object.entries(strangers[issuer])) {
      expect({ claim, passes: await passes({ [claim]: value }) }).toEqual({ claim, passes: false });
    }
  });
});

describe('the GitHub workflow', () => {
  const check = 'Check the policy';
  const test = 'Test the policy';
  const annotate = 'Annotate what was found';
  const judge = "Judge this workflow's own token";

  it('is pinned to this version of mcpgw and to commits of its actions', () => {
    expect(workflow.env).toEqual({ MCPGW_VERSION: version });
    const actions = [...FILES.workflow.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(actions).toHaveLength(3);
    expect(actions.filter((action) => !/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ''))).toEqual([]);
  });

  it('has the least permissions, and no token for changes from outside', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.entries(workflow.jobs).map(([name, { permissions }]) => [name, permissions])).toEqual([
      ['validate', { contents: 'read', 'security-events': 'write' }],
      ['token', { contents: 'read', 'id-token': 'write' }],
    ]);
    expect(Object.keys(workflow.on)).toEqual(['pull_request', 'push']);
    expect(workflow.jobs['token']?.if).toBe("${{ github.event_name == 'push' }}");
    const steps = Object.values(workflow.jobs).flatMap(({ steps }) => steps);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.map((step) => step.with)).toEqual(checkouts.map(() => ({ 'persist-credentials': false })));
    // What GitHub puts into a script would be run; an environment variable is not.
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  const validates = (): Promise<GithubRun> => runGithubJob(workflow, 'validate', { machine });

  it('passes a good policy, and clears its alerts', async () => {
    await checkOut(POLICIES.github);
    const { conclusion, codes, uploads } = await validates();
    expect({ conclusion, codes }).toEqual({ conclusion: 'success', codes: { [check]: 0, [test]: 0 } });
    expect(uploads.map(sarifFacts)).toEqual([{ rules: [], isComplete: true }]);
  });

  it.each([
    ['an error', { spoil: withMistake, rule: 'MCPGW112', level: 'error' }],
    ['a warning', { spoil: withoutAudience, rule: 'MCPGW002', level: 'warning' }],
  ])('fails on %s, with an alert and an annotation', async (_what, { spoil, rule, level }) => {
    await checkOut(spoil(POLICIES.github));
    const { conclusion, codes, uploads } = await validates();
    expect({ conclusion, codes }).toEqual({ conclusion: 'failure', codes: { [check]: 1, [annotate]: 1 } });
    expect(uploads.map(sarifFacts)).toEqual([{ rules: [rule], isComplete: true }]);
    expect(machine.printed()).toContain(`::${level} file=mcpgw.jsonc,`);
  });

  it.each([
    ['lets everybody in', (policy: string) => policy.replaceAll(/^.*"repository_owner(?:_id)?": .*\n/gm, '')],
    ['tells the server nothing', (policy: string) => policy.replace(/("include_claims": ).*/, '$1["sub"]')],
  ])('fails on a policy that is valid and %s', async (_what, spoil) => {
    const spoilt = spoil(POLICIES.github);
    expect(spoilt).not.toBe(POLICIES.github);
    await checkOut(spoilt);
    const { conclusion, codes } = await validates();
    expect({ conclusion, codes }).toEqual({
      conclusion: 'failure',
      codes: { [check]: 0, [test]: 1, [annotate]: 0 },
    });
    expect(machine.printed()).toContain('FAIL  ');
  });

  it('fails on a policy that is not there, and code scanning is told', async () => {
    const { conclusion, codes, uploads } = await validates();
    expect({ conclusion, codes }).toEqual({ conclusion: 'failure', codes: { [check]: 2, [annotate]: 2 } });
    expect(uploads.map(sarifFacts)).toEqual([{ rules: [], isComplete: false }]);
  });

  it('does not need the secrets of a policy', async () => {
    await checkOut(POLICIES.github.replace('"auth_type": "none"', '"headers": { "X-Api-Key": "${DEPLOY_KEY}" }'));
    expect(await validates()).toMatchObject({ conclusion: 'success' });
  });

  interface TokenJob {
    readonly claims?: object;
    /** What the service that gives tokens out answers with. */
    readonly status?: number;
  }

  /** The job, with a service as GitHub's that gives it a token. */
  async function judges({ claims = {}, status = 200 }: TokenJob = {}): Promise<GithubRun> {
    const requestToken = randomUUID();
    secrets.push(requestToken);
    const service = await startLoopbackHttp((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
      const isAsked = request.headers.authorization === `Bearer ${requestToken}` && searchParams.has('api-version');
      const value = issuers.mint('github', { audience: searchParams.get('audience') ?? '', claims });
      json({ count: 1, value }, {}, isAsked ? status : 401)(request, response);
    });
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${service.origin}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    };
    try {
      return await runGithubJob(workflow, 'token', { machine, env });
    } finally {
      await service.close();
    }
  }

  it('accepts its own token, and says nothing of it', async () => {
    await checkOut(POLICIES.github);
    expect(await judges()).toEqual({ conclusion: 'success', codes: { [judge]: 0 }, uploads: [] });
    expect(machine.printed()).toBe('');
  });

  it("refuses the token of another owner's repository, once, with exit code 1", async () => {
    await checkOut(POLICIES.github);
    const run = await judges({ claims: { repository_owner: 'somebody-else', repository_owner_id: '1' } });
    expect(run).toMatchObject({ conclusion: 'failure', codes: { [judge]: 1 } });
    expect(machine.printed()).toContain('rejected: Invalid claims: repository_owner, repository_owner_id\n');
    expect(await timesJudged()).toBe(1);
  });

  it('judges nothing by an invalid policy, once, with exit code 2', async () => {
    await checkOut(withMistake(POLICIES.github));
    expect(await judges()).toMatchObject({ conclusion: 'failure', codes: { [judge]: 2 } });
    expect(await timesJudged()).toBe(1);
  });

  it('tries three times when nobody gives it the keys, and fails with exit code 3', async () => {
    await checkOut(POLICIES.github);
    issuers.keysFail('github', CUT, Infinity);
    expect(await judges()).toMatchObject({ conclusion: 'failure', codes: { [judge]: 3 } });
    expect(machine.printed()).toContain('undecided: Token could not be verified: ');
    expect(await timesJudged()).toBe(3);
    const pauses = (await machine.commandLines()).filter((line) => line.startsWith('sleep'));
    expect(pauses).toEqual(['sleep 10', 'sleep 30', 'sleep 0']);
  });

  it('passes when the keys come late', async () => {
    await checkOut(POLICIES.github);
    issuers.keysFail('github', CUT, 1);
    expect(await judges()).toMatchObject({ conclusion: 'success', codes: { [judge]: 0 } });
    expect(await timesJudged()).toBe(2);
  });

  it('judges nothing when GitHub gives it no token, and does not take that for an outage', async () => {
    await checkOut(POLICIES.github);
    const { conclusion, codes } = await judges({ status: 403 });
    expect(conclusion).toBe('failure');
    expect(codes[judge]).not.toBe(3);
    expect(await timesJudged()).toBe(0);
  });
});

describe('the GitLab pipeline', () => {
  it('is pinned to this version of mcpgw', () => {
    expect(pipeline.variables).toEqual({ MCPGW_VERSION: version });
  });

  it('gives a token to jobs of protected branches and tags alone', () => {
    expect(pipeline['mcpgw-token']?.rules).toEqual([
      { if: '$CI_COMMIT_REF_PROTECTED == "true" && $CI_PIPELINE_SOURCE != "merge_request_event"' },
    ]);
    expect(pipeline['mcpgw-validate']?.id_tokens).toBeUndefined();
  });

  const validates = (): Promise<GitlabRun> => runGitlabJob(pipeline, 'mcpgw-validate', { machine });
  const judges = (claims: object = {}): Promise<GitlabRun> =>
    runGitlabJob(pipeline, 'mcpgw-token', {
      machine,
      mint: (audience) => issuers.mint('gitlab', { audience, claims }),
    });

  /** What became of it: in the test report and in SARIF. */
  function reported({ artifacts }: GitlabRun) {
    const { name, attributes } = parseXml(artifacts['mcpgw.junit.xml'] ?? '');
    return {
      report: name,
      failures: attributes['failures'],
      ...sarifFacts(JSON.parse(artifacts['mcpgw.sarif'] ?? '')),
    };
  }

  it('passes a good policy', async () => {
    await checkOut(POLICIES.gitlab);
    const run = await validates();
    expect(run.code).toBe(0);
    expect(reported(run)).toEqual({ report: 'testsuites', failures: '0', rules: [], isComplete: true });
  });

  it.each([
    ['an error', withMistake, 'MCPGW112'],
    ['a warning', withoutAudience, 'MCPGW002'],
  ])('fails on %s, with both reports and a line in the log', async (_what, spoil, rule) => {
    await checkOut(spoil(POLICIES.gitlab));
    const run = await validates();
    expect(run.code).toBe(1);
    expect(reported(run)).toEqual({ report: 'testsuites', failures: '1', rules: [rule], isComplete: true });
    expect(machine.printed()).toMatch(new RegExp(`^mcpgw\\.jsonc:\\d+:\\d+ \\w+ ${rule} `));
  });

  it('runs the examples of the policy, and fails where it lets every branch in', async () => {
    const tests = (): Promise<GitlabRun> => runGitlabJob(pipeline, 'mcpgw-test', { machine });
    await checkOut(POLICIES.gitlab, 'gitlab');
    const good = await tests();
    expect(good.code).toBe(0);
    expect(parseXml(good.artifacts['mcpgw-test.junit.xml'] ?? '').attributes['failures']).toBe('0');
    await checkOut(POLICIES.gitlab.replace(/^.*"ref_protected": .*\n/m, ''), 'gitlab');
    const bad = await tests();
    expect(bad.code).toBe(1);
    expect(parseXml(bad.artifacts['mcpgw-test.junit.xml'] ?? '').attributes['failures']).toBe('1');
    expect(machine.printed()).toContain('FAIL  a branch that anybody may push to stays out');
  });

  it('accepts its own token, and says nothing of it', async () => {
    await checkOut(POLICIES.gitlab);
    expect(await judges()).toMatchObject({ code: 0 });
    expect(machine.printed()).toBe('');
  });

  it.each([
    ['of another project', { project_path: 'somebody/else', project_id: '1' }, 'project_path, project_id'],
    ['of a branch that is not protected', { ref_protected: 'false' }, 'ref_protected'],
  ])('refuses a token %s, once, with exit code 1', async (_whose, claims, names) => {
    await checkOut(POLICIES.gitlab);
    const { code, attempts } = await judges(claims);
    expect([code, attempts.length]).toEqual([1, 1]);
    expect(machine.printed()).toContain(`rejected: Invalid claims: ${names}\n`);
  });

  it('tries three times when nobody gives it the keys, and fails with exit code 3', async () => {
    await checkOut(POLICIES.gitlab);
    issuers.keysFail('gitlab', UNAVAILABLE, Infinity);
    const { attempts } = await judges();
    expect(attempts.map(({ code }) => code)).toEqual([3, 3, 3]);
    expect(machine.printed()).toContain('undecided: Token could not be verified: ');
  });

  it('passes when the keys come late', async () => {
    await checkOut(POLICIES.gitlab);
    issuers.keysFail('gitlab', UNAVAILABLE, 1);
    const { attempts } = await judges();
    expect(attempts.map(({ code }) => code)).toEqual([3, 0]);
  });
});

describe('the guide ci', () => {
  const examples = [...page.matchAll(/^```jsonc\n(\/\/ (\S+)\n.*?)^```$/gms)];

  /** Of the guide that this one speaks of. */
  async function storedExample() {
    const tokens = await read('docs/guide/tokens.md');
    const [, policy = ''] = /^```jsonc\n(\/\/ mcpgw\.jsonc\n.*?)^```$/ms.exec(tokens) ?? [];
    const [, token = ''] = /^```text\ntoken\.txt\n(\S+)\n```$/m.exec(tokens) ?? [];
    return { policy, token };
  }

  it('has no block that nobody runs', () => {
    const languages = [...page.matchAll(/^```(\w*)\n.*?^```$/gms)].map(([, language]) => language);
    expect(new Set(languages)).toEqual(new Set(['console', 'jsonc']));
    expect(examples.map(([, , name]) => name)).toEqual(['draft.jsonc']);
  });

  it('shows what its commands print', async () => {
    for (const [, text = '', name = ''] of examples) await machine.sandbox.file(name, issuers.hosted(text));
    await machine.sandbox.file('ci.jsonc', issuers.hosted(POLICIES.github));
    const stored = await storedExample();
    await machine.sandbox.file('stored.jsonc', stored.policy);
    await machine.sandbox.file('stored.jwt', stored.token);
    const env = {
      TOKEN: issuers.mint('github', { audience: AUDIENCE }),
      STRANGER: issuers.mint('github', {
        audience: AUDIENCE,
        claims: { repository_owner: 'somebody-else', repository_owner_id: '1' },
      }),
    };
    const commands = consoleCommands(page);
    expect(commands.length).toBeGreaterThanOrEqual(10);
    const wrong: string[] = [];
    for (const { command, expected, line } of commands) {
      // As at a prompt, where a command that fails ends nothing, and all is printed in one place.
      const { stdout } = await machine.shell(`set +e; exec 2>&1; ${command}`, env);
      if (!matchesOutput(expected, stdout)) wrong.push(`ci.md:${line} $ ${command}\n${stdout}`);
    }
    expect(wrong.join('\n')).toBe('');
  });

  it('says of exit codes what the pipelines do', () => {
    const rows = [...page.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual([0, 1, 2, 3]);
    const { retry } = pipeline['mcpgw-token'] ?? {};
    expect(page).toContain(`\`retry: { max: ${retry?.max}, exit_codes: ${retry?.exit_codes} }\``);
  });
});
