// Structured log lines on stderr, text or JSON, one line each, always redacted. Nothing here ever writes to stdout.
import type { Host } from './host.js';
import { visibleText } from './diagnostics/visible-text.js';
import { withoutSecrets } from './secret/redact.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  readonly error: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly debug: (message: string, fields?: LogFields) => void;
}

export interface LogOptions {
  readonly host: Pick<Host, 'now' | 'stdio'>;
  /** Lines below this level are not written. */
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
}

const RANK: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

export function createLog({ host, level, format }: LogOptions): Log {
  const write = (lineLevel: LogLevel, message: string, fields: LogFields = {}): void => {
    if (RANK[lineLevel] > RANK[level]) return;
    const time = new Date(host.now()).toISOString();
    const line =
      format === 'json'
        ? // Text by text: in the JSON itself, a replacement could break the line.
          JSON.stringify({ time, level: lineLevel, message, ...fields }, (_key, value: unknown) =>
            typeof value === 'string' ? visibleText(withoutSecrets(value)) : value,
          )
        : visibleText(
            withoutSecrets([`mcpgw: ${lineLevel}: ${message}`, ...Object.entries(fields).flatMap(textField)].join(' ')),
          );
    host.stdio.stderr.write(`${line}\n`);
  };
  return {
    error: (message, fields) => write('error', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    info: (message, fields) => write('info', message, fields),
    debug: (message, fields) => write('debug', message, fields),
  };
}

function textField([name, value]: [string, string | number | boolean | undefined]): string[] {
  if (value === undefined) return [];
  const text = String(value);
  return [`${name}=${/^[\w./:@+-]+$/.test(text) ? text : JSON.stringify(text)}`];
}
