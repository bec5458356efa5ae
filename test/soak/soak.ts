// Many calls through several bridges to servers with faults: each call is answered once, nothing grows in the bridges, and
// each ends as it should, by each of the ways in which a host ends one.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { startFaultyServer, STUCK_TOOL, type FaultyServer } from './faulty-server.js';
import { factsOf, isThere, type ProcessFacts } from './process-facts.js';
import { startSoakHost, type SoakHost, type Tally } from './soak-host.js';

export interface SoakOptions {
  readonly calls: number;
  readonly servers: number;
  /** Servers of one `serve` process. */
  readonly serversPerProcess: number;
  /** Calls under way at each bridge. */
  readonly atOnce: number;
  readonly seed: number;
  readonly oneFaultIn: number;
  /** Starts `serve` with a configuration. */
  readonly start: (config: object) => Promise<ChildProcessWithoutNullStreams>;
  /** Told of each tenth that is done. */
  readonly onTenth?: (facts: readonly ProcessFacts[]) => void;
}

export interface SoakResult {
  readonly tally: Tally;
  readonly faults: ReadonlyMap<string, number>;
  /** Of each bridge: with nothing under way after the first tenth, and at the end. */
  readonly growth: readonly { readonly warm: ProcessFacts; readonly end: ProcessFacts }[];
  readonly endings: readonly Ending[];
}

export interface Ending {
  readonly way: Way;
  readonly tookMs: number;
  readonly code: number | null;
  /** Sessions that no DELETE has ended. */
  readonly sessionsLeft: number;
  readonly isLeft: boolean;
}

export const WAYS = ['EOF', 'SIGTERM', 'SIGHUP', 'a broken pipe'] as const;
export type Way = (typeof WAYS)[number];

interface Bridge {
  readonly host: SoakHost;
  readonly servers: readonly FaultyServer[];
}

export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { calls, servers, serversPerProcess, atOnce, onTenth } = options;
  const bridges: Bridge[] = [];
  for (let index = 0; index < servers; index += serversPerProcess) {
    bridges.push(await openBridge(options, Math.min(serversPerProcess, servers - index), index));
  }
  const facts = (): ProcessFacts[] => bridges.map(({ host }) => factsOf(host.child.pid ?? 0));
  let warm: readonly ProcessFacts[] = [];
  const share = Math.ceil(calls / bridges.length / 10);
  for (let tenth = 1; tenth <= 10; tenth++) {
    await Promise.all(bridges.map(({ host }) => host.callMany(share, atOnce)));
    if (tenth === 1) warm = facts();
    onTenth?.(facts());
  }
  const end = facts();
  const endings = await Promise.all(
    bridges.map((bridge, index) => endBridge(bridge, WAYS[index % WAYS.length] ?? 'EOF')),
  );
  const tallies = bridges.map(({ host }) => host.tally());
  const total = (name: keyof Tally): number => tallies.reduce((sum, tally) => sum + tally[name], 0);
  const faults = new Map<string, number>();
  for (const server of bridges.flatMap((bridge) => bridge.servers)) {
    for (const [name, times] of server.faults) faults.set(name, (faults.get(name) ?? 0) + times);
  }
  return {
    tally: {
      results: total('results'),
      errors: total('errors'),
      cancelled: total('cancelled'),
      surplus: total('surplus'),
    },
    faults,
    growth: warm.flatMap((before, index) => {
      const after = end[index];
      return after === undefined ? [] : [{ warm: before, end: after }];
    }),
    endings,
  };
}

/** A bridge of its own at a good server, ended in this way with calls under way that are answered at once, or never. */
export async function endOneBridge(options: SoakOptions, way: Way, calls: 'quick' | 'stuck'): Promise<Ending> {
  const bridge = await openBridge({ ...options, oneFaultIn: 0 }, 1, 0);
  await bridge.host.callMany(20, 4);
  bridge.host.callOnly(20, calls === 'stuck' ? STUCK_TOOL : undefined);
  return endBridge(bridge, way);
}

async function openBridge(options: SoakOptions, count: number, first: number): Promise<Bridge> {
  const { seed, oneFaultIn, start } = options;
  const servers = await Promise.all(
    Array.from({ length: count }, (_, index) => startFaultyServer({ seed: seed + first + index, oneFaultIn })),
  );
  const named = servers.map(({ url }, index) => [`server${first + index}`, { url }] as const);
  const child = await start({ mcpServers: Object.fromEntries(named) });
  const tools = named.map(([name]) => (count === 1 ? 'echo' : `${name}__echo`));
  return { host: await startSoakHost(child, tools), servers };
}

async function endBridge({ host, servers }: Bridge, way: Way): Promise<Ending> {
  const { child, exited } = host;
  const pid = child.pid ?? 0;
  const at = performance.now();
  switch (way) {
    case 'EOF':
      child.stdin.end();
      break;
    case 'a broken pipe':
      child.stdout.destroy();
      // It is noticed by what is written next.
      host.callOnly(1);
      break;
    case 'SIGTERM':
    case 'SIGHUP':
      child.kill(way);
  }
  const code = await exited;
  const tookMs = performance.now() - at;
  const sessionsLeft = servers.reduce((sum, server) => sum + server.openSessions(), 0);
  await Promise.all(servers.map((server) => server.close()));
  return { way, tookMs, code, sessionsLeft, isLeft: isThere(pid) };
}
