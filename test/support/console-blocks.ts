// Reads the ```console blocks of a Markdown file: `$ command` lines and the output that follows each. In an expected
// line `…` stands for whatever is there (ports, times, tokens).

export interface ConsoleCommand {
  readonly command: string;
  readonly expected: readonly string[];
  /** Line of the command in the file, from 1. */
  readonly line: number;
}

export function consoleCommands(markdown: string): readonly ConsoleCommand[] {
  const commands: { command: string; expected: string[]; line: number }[] = [];
  let inside = false;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (line.startsWith('```')) inside = line === '```console';
    else if (inside && line.startsWith('$ ')) commands.push({ command: line.slice(2), expected: [], line: index + 1 });
    else if (inside) commands.at(-1)?.expected.push(line);
  }
  return commands;
}

/** True when the output is what the lines say, trailing blanks aside. */
export function matchesOutput(expected: readonly string[], output: string): boolean {
  const pattern = trimmed(expected.join('\n'))
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^\\n]*');
  return new RegExp(`^${pattern}$`).test(trimmed(output));
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}
