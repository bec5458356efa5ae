// The document of a starter, as the command would write it, and ways to look at it.
import { collectAnswers, serverNameFor, type Flags } from '../../../../src/cli/init/answers.js';
import { starterDocument } from '../../../../src/cli/init/document.js';
import { starterFor } from '../../../../src/cli/init/starters.js';

export const UPSTREAM = 'https://mcp.example.com/mcp';

export async function starterText(idp: string, flags: Flags = {}): Promise<string> {
  const starter = starterFor(idp);
  const answers = await collectAnswers({ starter, flags, dialogue: undefined });
  return starterDocument({ starter, answers, serverName: serverNameFor(answers('upstream')) });
}

/** What plain JSON.parse makes of it: every comment has lines of its own, and no comma is one too many. */
export function plainJson(text: string): unknown {
  return JSON.parse(withoutLines(text, /^\s*\/\//));
}

export function withoutLines(text: string, pattern: RegExp): string {
  return text
    .split('\n')
    .filter((line) => !pattern.test(line))
    .join('\n');
}

/** With everything in force that the document only offers: members that are written as comments. */
export function switchedOn(text: string): string {
  return text.replace(/^(\s*)\/\/ (\s*(?:"[^"]+": |[}\]]).*)$/gm, '$1$2');
}

/** `CODE line` of what the document says about itself: the finding on that line is known. */
export function silencersOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const code = /^\s*\/\/ mcpgw-disable-next-line (MCPGW\d{3}) -- \S/.exec(line)?.[1];
    return code === undefined ? [] : [`${code} ${index + 2}`];
  });
}
