// What changes between two simulated requests, as lines that read like a diff, and as JSON.
import { visibleText } from '../../diagnostics/visible-text.js';
import type { DroppedHeader, SentHeader } from '../../policy/headers/merge.js';
import { mask, reveal, type Text } from '../../secret/secret.js';
import type { SimulationChanges } from '../simulation-changes.js';
import { shownUrl, simulationJson, type SimulatedDecision } from './simulation.js';

export interface ShownChanges {
  readonly from: SimulatedDecision;
  readonly to: SimulatedDecision;
  readonly changes: SimulationChanges;
  readonly showSecrets: boolean;
}

/** `version` 1. Fields are only ever added. `from` and `to` are what `simulate --json` prints of each configuration. */
export function changesJson({ from, to, changes, showSecrets }: ShownChanges): unknown {
  const show = (value: Text): string => (showSecrets ? reveal(value) : mask(value));
  const sent = (header: SentHeader | undefined): unknown =>
    header && { name: header.name, value: show(header.value), source: header.source };
  const dropped = (header: DroppedHeader | undefined): unknown =>
    header && { name: header.name, source: header.source, reason: header.reason };
  const side = (one: SimulatedDecision): unknown => ({
    file: one.file,
    ...(simulationJson({ ...one, showSecrets }) as object),
  });
  return {
    version: 1,
    changed: !changes.isNone,
    verdict_changed: changes.verdict,
    url_changed: changes.url,
    headers: changes.headers.map(({ name, from: was, to: is, isOtherValue }) => ({
      name,
      from: sent(was) ?? null,
      to: sent(is) ?? null,
      other_value: isOtherValue,
    })),
    dropped: changes.dropped.map(({ name, from: was, to: is }) => ({
      name,
      from: dropped(was) ?? null,
      to: dropped(is) ?? null,
    })),
    from: side(from),
    to: side(to),
  };
}

export function changesText({ from, to, changes, showSecrets }: ShownChanges, color: boolean): string {
  const show = shower(showSecrets);
  const paint = (line: string): string => {
    if (!color) return line;
    return `\u001b[${line.startsWith('-') ? 31 : 32}m${line}\u001b[39m`;
  };
  const shownOf = ({ server }: SimulatedDecision): string => shownUrl({ server, showSecrets }) ?? 'no url';
  // Paths are not shown: they may hold a credential.
  const unseen = shownOf(from) === shownOf(to) ? ' (another path)' : '';
  const head = (sign: string, one: SimulatedDecision): string => {
    const url = changes.url ? ` ${shownOf(one)}${sign === '+' ? unseen : ''}` : '';
    return paint(`${sign.repeat(3)} ${visibleText(one.file)}: ${verdictOf(one)}${url}`);
  };
  if (changes.isNone) return `nothing changes: ${verdictOf(from)}\n`;
  const sent = changes.headers.flatMap(({ from: was, to: is, isOtherValue }) => [
    ...(was === undefined ? [] : [`- ${was.name}: ${show(was.value)}  (${was.source})`]),
    ...(is === undefined
      ? []
      : [`+ ${is.name}: ${show(is.value)}  (${is.source}${isOtherValue ? ', another value' : ''})`]),
  ]);
  const dropped = changes.dropped.flatMap(({ from: was, to: is }) => [
    ...(was === undefined ? [] : [`- ${was.name}  ${was.reason}`]),
    ...(is === undefined ? [] : [`+ ${is.name}  ${is.reason}`]),
  ]);
  return [
    head('-', from),
    head('+', to),
    ...sent.map(paint),
    ...(dropped.length === 0 ? [] : ['dropped', ...dropped.map(paint)]),
    '',
  ].join('\n');
}

function verdictOf({ decision }: SimulatedDecision): string {
  if (decision.verdict === 'allow') return 'allow';
  return visibleText(inWords(decision));
}

function inWords(decision: Exclude<SimulatedDecision['decision'], { verdict: 'allow' }>): string {
  if (decision.verdict === 'undecided') return `undecided  ${decision.message}`;
  const { reason, message, details } = decision;
  return `deny  ${reason}: ${message}${details.length === 0 ? '' : ` (${details.join('; ')})`}`;
}

function shower(showSecrets: boolean): (value: Text) => string {
  return (value) => visibleText(showSecrets ? reveal(value) : mask(value));
}
