// The stage of the tests of `validate --online`: loopback servers whose paths a test scripts and which keep what they
// were sent, and the online check of a configuration in this process.
import { afterEach } from 'vitest';
import { checkOnline } from '../../src/cli/online/check-online.js';
import { ONLINE_LIMITS, openNetwork, type OnlineLimits } from '../../src/cli/online/exchange/network.js';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import type { Host } from '../../src/host.js';
import { checkText, type World } from '../unit/config/check-text.js';
import { raw, startLoopbackHttp, type Answer, type LoopbackHttp } from './loopback-http.js';

export interface Site extends LoopbackHttp {
  /** Answers a path from now on; what has no answer is a 404. */
  readonly on: (path: string, answer: Answer) => void;
  /** Everything of all requests that a secret could be in. */
  readonly received: () => string;
  /** `METHOD /path`, in order of arrival. */
  readonly calls: readonly string[];
}

const sites: Site[] = [];
afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.close()));
});

/** Closed after the test. */
export async function startSite(): Promise<Site> {
  const answers = new Map<string, Answer>();
  const calls: string[] = [];
  let received = '';
  const server = await startLoopbackHttp((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    received += `${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n`;
    request.on('data', (chunk: Buffer) => (received += chunk.toString()));
    (answers.get(request.url ?? '') ?? raw('nothing here', {}, 404))(request, response);
  });
  let isOpen = true;
  const site: Site = {
    ...server,
    calls,
    received: () => received,
    on: (path, answer) => void answers.set(path, answer),
    close: async () => {
      if (isOpen) await server.close();
      isOpen = false;
    },
  };
  sites.push(site);
  return site;
}

export interface OnlineWorld extends World {
  readonly limits?: Partial<OnlineLimits>;
  readonly fetch?: Host['fetch'];
  readonly now?: () => number;
}

/** What the online check says of a configuration, which must be valid. */
export async function askOnline(config: unknown, world: OnlineWorld = {}): Promise<readonly Diagnostic[]> {
  const { limits, fetch: ask = fetch, now = Date.now, ...rest } = world;
  const { policy, source, diagnostics } = await checkText(JSON.stringify(config), rest);
  if (policy === undefined || source === undefined) throw new Error(diagnostics.map((each) => each.message).join('\n'));
  const network = openNetwork({ host: { fetch: ask, now }, limits: { ...ONLINE_LIMITS, ...limits } });
  return checkOnline({ network, policy, source });
}

/** `MCPGW203 error /jwt_validation/jwksUri`, in reading order. */
export function brief(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code, severity, pointer }) => `${code} ${severity} ${pointer}`);
}
