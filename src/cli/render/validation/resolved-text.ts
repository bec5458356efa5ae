// What mcpgw made of a configuration, for people: the document behind a line that says whose it is.
import type { FileReport } from './file-report.js';
import { jsonText } from '../json-text.js';

/** `quiet`: the document alone, for another program to read. `""` when the file has an error. */
export function resolvedText({ file, resolved }: FileReport, quiet: boolean): string {
  if (resolved === undefined) return '';
  const document = jsonText(resolved);
  return quiet ? document : `\n${file} as mcpgw reads it, secrets masked:\n${document}`;
}
