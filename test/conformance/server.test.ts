// The suite's server scenarios, in both revisions, through `mcpgw serve` in front of an SDK server that has all that they
// ask for. There is no list of expected failures; what is left out grades something else than the gateway.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { startUpstream, type Upstream } from '../support/upstream-server.js';
import { buildEverything } from './everything/server.js';
import { startRelay, type Relay } from './relay.js';
import { runServerScenarios, serverScenariosOf, REVISIONS, type CheckOutcome } from './suite.js';

const OF_THE_RELAY = 'is about HTTP in front of the gateway, which is the relay alone';
const OF_TASKS = 'an extension that the SDK server does not have';
/** Left out, and why. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['dns-rebinding-protection', OF_THE_RELAY],
  ['server-session-lifecycle', OF_THE_RELAY],
  ['server-sse-polling', OF_THE_RELAY],
  ['http-header-validation', OF_THE_RELAY],
  ['http-custom-header-server-validation', OF_THE_RELAY],
  ...[
    'tasks-lifecycle',
    'tasks-capability-negotiation',
    'tasks-wire-fields',
    'tasks-request-state-removal',
    'tasks-mrtr-input',
    'tasks-request-headers',
    'tasks-dispatch-and-envelope',
    'tasks-status-notifications',
    'tasks-required-task-error',
    'tasks-mrtr-composition',
  ].map((name) => [name, OF_TASKS] as const),
]);
const isAsked = (scenario: string): boolean => !LEFT_OUT.has(scenario);

let sandbox: Sandbox;
let upstream: Upstream;
let relay: Relay;
beforeAll(async () => {
  sandbox = await createSandbox();
  upstream = await startUpstream({
    era: 'both',
    build: () =>
      buildEverything({
        toolsChanged: () => upstream.notifyToolsChanged(),
        promptsChanged: () => upstream.notifyPromptsChanged(),
      }),
  });
  const file = await sandbox.file('mcpgw.json', { mcpServers: { everything: { url: upstream.url } } });
  relay = await startRelay(() => sandbox.start(['serve', '-c', file]));
});
afterAll(async () => {
  await relay.close();
  await upstream.close();
  await sandbox.remove();
});

it('is asked of all but what grades something else', () => {
  expect(REVISIONS.map((revision) => serverScenariosOf(revision).filter(isAsked).length)).toEqual([30, 37]);
});

describe.each(REVISIONS)('a server of revision %s behind the gateway', (revision) => {
  let outcomes: ReadonlyMap<string, CheckOutcome>;
  beforeAll(async () => {
    outcomes = await runServerScenarios(relay.url, revision);
  });

  it.each(serverScenariosOf(revision).filter(isAsked))('passes %s', (scenario) => {
    expect(outcomes.get(scenario)?.notPassed).toEqual([]);
    expect(outcomes.get(scenario)?.passed).toBeGreaterThan(0);
  });
});
