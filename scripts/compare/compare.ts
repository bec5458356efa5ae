// `npm run compare`: shows by running them how this bridge and its peers behave, and writes docs/comparison.md. Installs the
// peers where they are not there yet. Exit 1 when a row is not right for mcpgw itself.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createSlots } from '../../src/gateway/slots.js';
import { startBridge, type BridgeHost } from './bridge-host.js';
import { BRIDGES, PEERS, type Bridge } from './bridges.js';
import { wrong, type Outcome, type Row } from './row.js';
import { ROWS } from './rows.js';
import { comparisonPage, type Result } from './table.js';

/** Bridges that run at once, beside those that only wait. */
const AT_ONCE = 3;

if (!existsSync(path.join(PEERS, 'node_modules'))) {
  const { status } = spawnSync('npm', ['ci', '--prefix', PEERS, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the peers could not be installed');
}

const only = process.argv[2];
const rows = ROWS.filter(({ name }) => only === undefined || name.includes(only));
const turns = createSlots(AT_ONCE);
const results: Result[] = await Promise.all(
  rows.map(async (row) => ({ row, outcomes: await Promise.all(BRIDGES.map((bridge) => outcomeOf(row, bridge))) })),
);
const page = comparisonPage(BRIDGES, results);
process.stdout.write(page);
if (only === undefined) writeFileSync('docs/comparison.md', page);
process.exitCode = results.every(({ outcomes: [own] }) => own?.isRight === true) ? 0 : 1;
// Servers of the rows may hold a handle open.
process.exit();

async function outcomeOf(row: Row, bridge: Bridge): Promise<Outcome> {
  const run = async (): Promise<Outcome> => {
    const hosts: BridgeHost[] = [];
    const start = async (url: string): Promise<BridgeHost> => {
      const host = await startBridge(bridge, url);
      hosts.push(host);
      return host;
    };
    try {
      const outcome = await row.run(start);
      process.stderr.write(`${row.name}, ${bridge.name}: ${outcome.isRight ? 'right' : outcome.did}\n`);
      return outcome;
    } catch (error) {
      return wrong(`the row failed: ${String(error)}`);
    } finally {
      await Promise.all(hosts.map((host) => host.close()));
    }
  };
  return row.isWaiting === true ? run() : turns.use(run);
}
