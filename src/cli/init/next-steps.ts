// What there is to do once the file is there: gaps to fill, commands to run, and the entry for an MCP host.
import * as path from 'node:path';
import { visibleText } from '../../diagnostics/visible-text.js';
import { gapsOf, type Placeholder } from './placeholders.js';

export interface HostEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: { readonly MCPGW_CONFIG: string };
}

/** Ready to be pasted into a POSIX shell. */
export function nextCommands(file: string): readonly string[] {
  const word = shellWord(file);
  return [`mcpgw validate ${word}`, `mcpgw login -c ${word}`];
}

/** For `mcpServers` of a host's own configuration. Hosts start it wherever they like, so the path is absolute. */
export function hostEntry(file: string, cwd: string): HostEntry {
  return { command: 'npx', args: ['-y', 'mcpgw', 'serve'], env: { MCPGW_CONFIG: path.resolve(cwd, file) } };
}

/** Each gap once, in the order of the document. */
export function gapLines(placeholders: readonly Placeholder[]): readonly string[] {
  const questions = [...new Set(placeholders.map(({ question }) => question))];
  const rows = questions.map(({ placeholder, what, example }) => ({
    gaps: gapsOf(placeholder).join(', '),
    meaning: `${what}, such as ${example}`,
  }));
  const width = Math.max(0, ...rows.map(({ gaps }) => gaps.length));
  return rows.map(({ gaps, meaning }) => `  ${gaps.padEnd(width)}  ${meaning}`);
}

export interface WrittenFile {
  readonly file: string;
  readonly cwd: string;
  /** Environment variables that it refers to. */
  readonly variables: readonly string[];
}

export function nextLines({ file, cwd, variables }: WrittenFile): readonly string[] {
  return [
    'next:',
    ...variables.map((name) => `  set ${name} in the environment, and in the \`env\` of the entry below`),
    ...nextCommands(file).map((command) => `  ${visibleText(command)}`),
    "  and this entry in your MCP host's configuration:",
    `  ${visibleText(JSON.stringify(hostEntry(file, cwd)))}`,
  ];
}

function shellWord(text: string): string {
  return /^[\w./][\w./@%+=:,-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
