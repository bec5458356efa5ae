// A simulated request, as a table and as JSON: every header that goes upstream with its source and what it
// overrode, every one that does not with its reason. Secrets are masked unless asked for.
import { protocolHeaders } from '../../gateway/outbound-headers.js';
import type { Decision } from '../../policy/decide.js';
import type { ServerPolicy } from '../../policy/model.js';
import { visibleText } from '../../diagnostics/visible-text.js';
import { shownOrigin } from '../../net/fetchable-url.js';
import { MASK, mask, reveal, type Text } from '../../secret/secret.js';

export interface Simulation {
  readonly server: ServerPolicy;
  readonly decision: Decision;
  readonly showSecrets: boolean;
}

/** `version` 1. Fields are only ever added. */
export function simulationJson({ server, decision, showSecrets }: Simulation): unknown {
  const show = (value: Text): string => (showSecrets ? reveal(value) : mask(value));
  const url = shownUrl({ server, showSecrets });
  const target = { version: 1, server: server.name, ...(url === undefined ? {} : { url }) };
  if (decision.verdict !== 'allow') {
    // Who was refused is a matter of the audit log: no claim's value stands in a refusal.
    return { ...target, ...decision, subject: undefined, headers: [], dropped: [] };
  }
  return {
    ...target,
    verdict: 'allow',
    headers: [
      ...protocolHeaders().map(({ name, value }) => ({ name, value, source: 'protocol', overrode: [] })),
      ...decision.headers.sent.map(({ name, value, source, overrode, renamedFrom }) => ({
        name,
        value: show(value),
        source,
        overrode,
        ...(renamedFrom === undefined ? {} : { renamed_from: renamedFrom }),
      })),
    ],
    dropped: decision.headers.dropped.map(({ name, value, source, reason }) => ({
      name,
      value: show(value),
      source,
      reason,
    })),
  };
}

export function simulationText({ server, decision, showSecrets }: Simulation, color: boolean): string {
  const show = (value: Text): string => visibleText(showSecrets ? reveal(value) : mask(value));
  const bold = (text: string): string => (color ? `\u001b[1m${text}\u001b[22m` : text);
  if (decision.verdict === 'undecided') return `${bold('undecided')}  ${decision.message}\n`;
  if (decision.verdict === 'deny') {
    const details = decision.details.map((detail) => `  - ${detail}\n`).join('');
    return `${bold('deny')}  ${decision.reason}: ${decision.message}\n${details}nothing reaches ${server.name}\n`;
  }
  const sent = [
    ...protocolHeaders().map(({ name, value }) => ['protocol', `${name}: ${value}`]),
    ...decision.headers.sent.map(({ name, value, source, overrode, renamedFrom }) => {
      const notes = [
        ...(renamedFrom === undefined ? [] : [`renamed from ${renamedFrom}`]),
        ...overrode.map((lower) => `overrode ${lower.source} ${lower.name}`),
      ];
      return [source, `${name}: ${show(value)}${notes.length === 0 ? '' : `  (${notes.join(', ')})`}`];
    }),
  ];
  const dropped = decision.headers.dropped.map(({ name, value, source, reason }) => [
    reason,
    `${name}: ${show(value)}${source === 'forwarded' ? '' : `  (${source})`}`,
  ]);
  const url = shownUrl({ server, showSecrets });
  return [
    `${bold('allow')}  ${server.name}${url === undefined ? '' : ` ${url}`}`,
    bold('the upstream receives'),
    ...table(sent),
    ...(dropped.length === 0 ? [] : [bold('dropped'), ...table(dropped)]),
    '',
  ].join('\n');
}

/** The origin alone: path and query may hold a credential. */
function shownUrl({ server, showSecrets }: Omit<Simulation, 'decision'>): string | undefined {
  if (server.url === undefined || showSecrets) return server.url;
  return server.isUrlSecret ? MASK : shownOrigin(new URL(server.url));
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(...rows.map(([label = '']) => label.length));
  return rows.map(([label = '', text = '']) => `  ${label.padEnd(width)}  ${text}`);
}
