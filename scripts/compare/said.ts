// What a bridge answered, in words for the table: no times, no ports, nothing that differs from run to run.
import type { BridgeHost, Line } from './bridge-host.js';

export function said(host: BridgeHost, what: string, answer: Line | undefined): string {
  if (answer?.error !== undefined) return `${what} gets error ${answer.error.code}${isRunning(host)}`;
  if (answer !== undefined) return `${what} gets a result${isRunning(host)}`;
  return `${what} gets no answer${isRunning(host)}`;
}

function isRunning(host: BridgeHost): string {
  return host.isRunning() ? '' : ', the bridge has ended';
}

/** Whether a call of `echo` came back. */
export function isEcho(answer: Line | undefined, text: string): boolean {
  return JSON.stringify(answer?.result?.['content']) === JSON.stringify([{ type: 'text', text }]);
}
