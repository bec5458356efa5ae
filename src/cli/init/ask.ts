// Asks at the terminal: questions go to stderr, because stdout is for the result. Lines that come before their
// question (pasted ones) are kept for it. Ctrl-C ends everything.
import * as readline from 'node:readline';
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';

export interface Dialogue {
  /**
   * Shows the prompt and gives the next line; undefined once there will be no more (Ctrl-D).
   *
   * @throws McpgwError INTERRUPTED
   */
  readonly ask: (prompt: string) => Promise<string | undefined>;
  readonly say: (line: string) => void;
  readonly close: () => void;
}

export function openDialogue(host: Host): Dialogue {
  // No terminal mode: it would take Ctrl-C away from the process.
  const reader = readline.createInterface({ input: host.stdio.stdin, terminal: false });
  const lines: string[] = [];
  let isOver = false;
  let interruption: McpgwError | undefined;
  let wake = (): void => undefined;
  reader.on('line', (line) => {
    lines.push(line);
    wake();
  });
  reader.on('close', () => {
    isOver = true;
    wake();
  });
  const stopListening = host.onSignal(() => {
    interruption = new McpgwError('INTERRUPTED', 'interrupted: nothing was written');
    wake();
  });
  const isWaiting = (): boolean => interruption === undefined && lines.length === 0 && !isOver;
  const say = (text: string): void => void host.stdio.stderr.write(text);
  return {
    say: (line) => say(`${line}\n`),
    ask: async (prompt) => {
      say(prompt);
      while (isWaiting()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (interruption !== undefined || lines.length === 0) say('\n');
      if (interruption !== undefined) throw interruption;
      return lines.shift();
    },
    close: () => {
      stopListening();
      reader.close();
    },
  };
}
