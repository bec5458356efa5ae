// What `validate --online` finds out about one valid configuration: what its URLs answer, against what it says of them
// (spec: cli, `validate`). Asks with GET alone; sends no header, credential or referenced value of the configuration.
import type { ConfigSource } from '../../config/check.js';
import type { ServerSections } from '../../config/document-kinds.js';
import type { LintFinding } from '../../config/lint.js';
import { pointerOf } from '../../config/path.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { GatewayPolicy, ServerPolicy } from '../../policy/model.js';
import { checkClock } from './checks/clock.js';
import { checkIntrospection } from './checks/introspection.js';
import { checkIssuers } from './checks/issuer.js';
import { checkKeys } from './checks/keys.js';
import { checkUpstream } from './checks/upstream.js';
import type { Network } from './exchange/network.js';
import type { ServerSubject } from './server-settings.js';

export interface OnlineOptions {
  /** Shared by all files of a run, so that each URL is asked once. */
  readonly network: Network;
  /** Another one for a server that is connected to in its own way (`tls`). Default: none. */
  readonly networkOf?: (server: ServerPolicy, sections: ServerSections) => Promise<Network | undefined>;
  readonly policy: GatewayPolicy;
  readonly source: ConfigSource;
}

const CHECKS = [checkKeys, checkIntrospection, checkIssuers, checkClock, checkUpstream];

/** In reading order. Never throws for what a network or a server does. */
export async function checkOnline({
  network,
  networkOf,
  policy,
  source,
}: OnlineOptions): Promise<readonly Diagnostic[]> {
  // INVARIANT: the policy has its servers in the order of the document (config/normalize.ts).
  const subjects: ServerSubject[] = [];
  for (const [index, server] of policy.servers.entries()) {
    const sections = source.layout.servers[index];
    if (sections === undefined) continue;
    const own = await networkOf?.(server, sections);
    subjects.push({ network: own ?? network, source, sections, policy: server });
  }
  const found = await Promise.all(subjects.flatMap((subject) => CHECKS.map((check) => check(subject))));
  return source.diagnosticsOf(onceEach(found.flat()));
}

/** Several servers that inherit one setting have said it once, and so has one that two checks looked at. */
function onceEach(findings: readonly LintFinding[]): readonly LintFinding[] {
  const name = ({ code, path, message }: LintFinding): string => JSON.stringify([code, pointerOf(path), message]);
  return [...new Map(findings.map((finding) => [name(finding), finding])).values()];
}
