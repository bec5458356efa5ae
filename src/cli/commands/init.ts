// `mcpgw init [file]`: writes a commented starter configuration for an identity provider (spec: cli). Asks at a
// terminal for what no flag says; elsewhere a placeholder stays. Overwrites nothing, sends nothing.
import type { Host } from '../../host.js';
import { collectAnswers, questionsOf, serverNameFor, type Flags } from '../init/answers.js';
import { openDialogue, type Dialogue } from '../init/ask.js';
import { starterDocument } from '../init/document.js';
import { refuseExisting, writeNewFile } from '../init/new-file.js';
import { gapLines, hostEntry, nextCommands, nextLines } from '../init/next-steps.js';
import { placeholdersIn, type Placeholder } from '../init/placeholders.js';
import { readName } from '../init/read-text.js';
import type { Starter } from '../init/starter.js';
import { variablesIn } from '../init/variables.js';
import { noStarter, starterFor, starterNamed, STARTERS, unknownStarter } from '../init/starters.js';
import { McpgwError } from '../../errors.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { OutputOptions } from '../options/output.js';

export interface InitOptions extends OutputOptions, Flags {
  readonly idp?: string;
  /** The key in `mcpServers`. */
  readonly name?: string;
}

/** @throws McpgwError USAGE (a name that is taken, a bad value, no identity provider), IO, INTERRUPTED */
export async function init(context: CommandContext, args: readonly string[], options: InitOptions): Promise<ExitCode> {
  const { host } = context;
  const [file = 'mcpgw.jsonc'] = args;
  const isPrinted = file === '-';
  const named = options.idp === undefined ? undefined : starterFor(options.idp);
  const serverName = options.name === undefined ? undefined : readServerName(options.name);
  if (!isPrinted) await refuseExisting(host, file);
  const dialogue = mayAsk(context) ? openDialogue(host) : undefined;
  try {
    const starter = named ?? (await chooseStarter(dialogue));
    const answers = await collectAnswers({ starter, flags: options, dialogue });
    const text = starterDocument({ starter, answers, serverName: serverName ?? serverNameFor(answers('upstream')) });
    if (!isPrinted) await writeNewFile(host, { file, text });
    await report(context, {
      file: isPrinted ? undefined : file,
      starter,
      text,
      placeholders: placeholdersIn(text, questionsOf(starter)),
      variables: variablesIn(text),
    });
    return EXIT.OK;
  } finally {
    dialogue?.close();
  }
}

/** A person sits there, sees the questions on stderr, and did not ask for silence or for JSON. */
function mayAsk({ host, quiet, json }: CommandContext): boolean {
  const isCi = (host.env['CI'] ?? '') !== '';
  return host.stdio.stdin.isTTY === true && host.stdio.stderr.isTTY === true && !isCi && !quiet && !json;
}

function readServerName(text: string): string {
  const reading = readName(text);
  if ('value' in reading) return reading.value;
  throw new McpgwError('USAGE', `--name ${reading.problem}`, { hint: 'such as linear' });
}

async function chooseStarter(dialogue: Dialogue | undefined): Promise<Starter> {
  if (dialogue === undefined) throw noStarter();
  for (const [index, { name, label }] of STARTERS.entries())
    dialogue.say(`  ${index + 1}  ${name.padEnd(8)}  ${label}`);
  for (;;) {
    const line = await dialogue.ask('Which identity provider? ');
    if (line === undefined) throw noStarter();
    const starter = starterNamed(line) ?? STARTERS.find((_starter, index) => String(index + 1) === line.trim());
    if (starter !== undefined) return starter;
    dialogue.say(`  ${unknownStarter(line).hint ?? ''}`);
  }
}

interface Outcome {
  /** Undefined: the text itself is the result. */
  readonly file: string | undefined;
  readonly starter: Starter;
  readonly text: string;
  readonly placeholders: readonly Placeholder[];
  readonly variables: readonly string[];
}

async function report(context: CommandContext, outcome: Outcome): Promise<void> {
  const { file, starter, text, placeholders, variables } = outcome;
  const { host } = context;
  if (context.json) {
    await context.printJson({
      version: 1,
      file: file ?? null,
      idp: starter.name,
      placeholders: placeholders.map(({ pointer, what, flag }) => ({ pointer, what, flag })),
      variables,
      next: file === undefined ? [] : nextCommands(file),
      ...(file === undefined ? { text } : { host_entry: hostEntry(file, host.cwd) }),
    });
    return;
  }
  await context.print(file ?? text);
  for (const line of noteLines(outcome, host)) context.note(line);
}

function noteLines(
  { file, starter, placeholders, variables }: Omit<Outcome, 'text'>,
  { cwd }: Host,
): readonly string[] {
  return [
    ...(file === undefined ? [] : [`a starter for ${starter.label} was written`]),
    ...(placeholders.length === 0 ? [] : ['to be filled in:', ...gapLines(placeholders)]),
    ...(file === undefined ? [] : nextLines({ file, cwd, variables })),
  ];
}
