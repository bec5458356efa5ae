// A simulated request, as a table and as JSON: every header that goes upstream with its source and what it
// overrode, every one that does not with its reason. Secrets are masked unless asked for.
import { protocolHeaders } from '../../gateway/outbound-headers.js';
import type { Decision } from '../../policy/decide.js';
import type { ServerPolicy } from '../../policy/model.js';
import { visibleText } from '../../diagnostics/visible-text.js';
import { shownOrigin } from '../../net/fetchable-url.js';
import { tableOf } from './table.js';
import { MASK, mask, reveal, type Text } from '../../secret/secret.js';

/** What one configuration decides about a request. */
export interface SimulatedDecision {
  /** Of the configuration, as the user would name it. */
  readonly file: string;
  readonly server: ServerPolicy;
  readonly decision: Decision;
}

export interface Simulation extends Omit<SimulatedDecision, 'file'> {
  readonly showSecrets: boolean;
}

export interface Paper {
  readonly color: boolean;
  /** Of the terminal, in characters; undefined where there is none. */
  readonly width: number | undefined;
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

/** A table on a terminal; elsewhere a line for each header, for other programs to read. */
export function simulationText({ server, decision, showSecrets }: Simulation, { color, width }: Paper): string {
  const show = (value: Text): string => visibleText(showSecrets ? reveal(value) : mask(value));
  const bold = (text: string): string => (color ? `\u001b[1m${text}\u001b[22m` : text);
  if (decision.verdict === 'undecided') return `${bold('undecided')}  ${visibleText(decision.message)}\n`;
  if (decision.verdict === 'deny') {
    const details = decision.details.map((detail) => `  - ${visibleText(detail)}\n`).join('');
    return `${bold('deny')}  ${decision.reason}: ${visibleText(decision.message)}\n${details}nothing reaches ${server.name}\n`;
  }
  const isOnTerminal = width !== undefined;
  const sent: readonly HeaderRow[] = [
    ...protocolHeaders().map(({ name, value }) => ({ name, value, source: 'protocol', notes: [] })),
    ...decision.headers.sent.map(({ name, value, source, overrode, renamedFrom }) => ({
      name,
      value: show(value),
      source,
      notes: [
        ...(renamedFrom === undefined ? [] : [`renamed from ${renamedFrom}`]),
        ...overrode.map((lower) => `overrode ${lower.source} ${lower.name}`),
      ],
    })),
  ];
  const dropped: readonly HeaderRow[] = decision.headers.dropped.map(({ name, value, source, reason }) => ({
    name,
    value: show(value),
    source: reason,
    notes: source === 'forwarded' && !isOnTerminal ? [] : [source === 'forwarded' ? 'client' : source],
  }));
  const url = shownUrl({ server, showSecrets });
  const rows = (all: readonly HeaderRow[], heads: readonly string[]): readonly string[] =>
    isOnTerminal ? tableOf([heads, ...all.map(cellsOf)], width) : linesOf(all);
  return [
    `${bold('allow')}  ${server.name}${url === undefined ? '' : ` ${url}`}`,
    bold('the upstream receives'),
    ...rows(sent, ['HEADER', 'VALUE', 'SOURCE', 'OVERRODE']),
    ...(dropped.length === 0 ? [] : [bold('dropped'), ...rows(dropped, ['HEADER', 'VALUE', 'WHY', 'SOURCE'])]),
    '',
  ].join('\n');
}

/** The origin alone: path and query may hold a credential. */
export function shownUrl({ server, showSecrets }: Omit<Simulation, 'decision'>): string | undefined {
  if (server.url === undefined || showSecrets) return server.url;
  return server.isUrlSecret ? MASK : shownOrigin(new URL(server.url));
}

interface HeaderRow {
  readonly name: string;
  readonly value: string;
  /** Of what is sent; of what is dropped, the reason. */
  readonly source: string;
  readonly notes: readonly string[];
}

function linesOf(rows: readonly HeaderRow[]): readonly string[] {
  const width = Math.max(...rows.map(({ source }) => source.length));
  return rows.map(({ name, value, source, notes }) => {
    const behind = notes.length === 0 ? '' : `  (${notes.join(', ')})`;
    return `  ${source.padEnd(width)}  ${name}: ${value}${behind}`;
  });
}

function cellsOf({ name, value, source, notes }: HeaderRow): readonly string[] {
  return [name, value, source, notes.map((note) => note.replace(/^overrode /, '')).join(', ')];
}
