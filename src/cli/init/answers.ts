// From flags and, at a terminal, a person's answers to the values of a starter. Every flag is read before anybody is
// asked anything; what nobody knows stays a placeholder.
import { McpgwError } from '../../errors.js';
import type { Dialogue } from './ask.js';
import { readUpstream } from './read-address.js';
import { flagOf, VALUE_NAMES, type Answers, type Question, type Starter, type ValueName } from './starter.js';

export type Flags = Readonly<Partial<Record<ValueName, string>>>;

export interface AnswersOptions {
  readonly starter: Starter;
  readonly flags: Flags;
  /** Undefined: nobody can be asked. */
  readonly dialogue: Dialogue | undefined;
}

const UPSTREAM: Question = {
  name: 'upstream',
  what: 'Address of the remote MCP server',
  example: 'https://mcp.example.com/mcp',
  placeholder: 'https://YOUR_MCP_SERVER/mcp',
  read: readUpstream,
};

export function questionsOf(starter: Starter): readonly Question[] {
  return [UPSTREAM, ...starter.questions];
}

/** @throws McpgwError USAGE for a flag that this starter does not have, or that cannot be read; INTERRUPTED */
export async function collectAnswers({ starter, flags, dialogue }: AnswersOptions): Promise<Answers> {
  const questions = questionsOf(starter);
  refuseForeign(starter, flags);
  const known = new Map<ValueName, string>();
  const answers: Answers = (name) => {
    const value = known.get(name);
    if (value === undefined) throw new Error(`the starter ${starter.name} does not ask for ${name}`);
    return value;
  };
  for (const question of questions) {
    const flag = flags[question.name];
    if (flag !== undefined) known.set(question.name, readFlag(question, flag));
  }
  let asking = dialogue;
  for (const question of questions) {
    if (known.has(question.name)) continue;
    const fallback = question.byDefault?.(answers);
    const answer = asking === undefined ? undefined : await askFor(question, { dialogue: asking, fallback });
    if (answer === 'over') asking = undefined;
    known.set(
      question.name,
      answer === 'over' || answer === undefined ? (fallback ?? question.placeholder) : answer.value,
    );
  }
  return answers;
}

function refuseForeign(starter: Starter, flags: Flags): void {
  const own = questionsOf(starter).map(({ name }) => name);
  const foreign = VALUE_NAMES.find((name) => flags[name] !== undefined && !own.includes(name));
  if (foreign === undefined) return;
  throw new McpgwError('USAGE', `--idp ${starter.name} has no use for ${flagOf(foreign)}`, {
    hint: `it takes ${own.map(flagOf).join(', ')}`,
  });
}

function readFlag(question: Question, text: string): string {
  const reading = question.read(text);
  if ('value' in reading) return reading.value;
  throw new McpgwError('USAGE', `${flagOf(question.name)} ${reading.problem}`, {
    hint: `${question.what}, such as ${question.example}`,
  });
}

interface Asking {
  readonly dialogue: Dialogue;
  readonly fallback: string | undefined;
}

/** Undefined when the person passes over it; asks again for what cannot be read. */
async function askFor(
  question: Question,
  { dialogue, fallback }: Asking,
): Promise<{ readonly value: string } | 'over' | undefined> {
  const otherwise = fallback === undefined ? `such as ${question.example}` : `Enter for ${fallback}`;
  for (;;) {
    const line = await dialogue.ask(`${question.what} (${otherwise}): `);
    if (line === undefined) return 'over';
    if (line.trim() === '') return undefined;
    const reading = question.read(line);
    if ('value' in reading) return reading;
    dialogue.say(`  it ${reading.problem}`);
  }
}

/** The name of an upstream in commands: the telling part of its host. */
export function serverNameFor(upstream: string): string {
  const hostname = URL.canParse(upstream) ? new URL(upstream).hostname : '';
  if (!/^[a-z0-9.-]*[a-z][a-z0-9.-]*\.[a-z-]{2,}$/.test(hostname)) return 'upstream';
  const labels = hostname.split('.').slice(0, -1);
  const telling = labels.find((label) => !['mcp', 'api', 'www', 'app'].includes(label));
  return telling === undefined || !/^[a-z0-9]/.test(telling) ? 'upstream' : telling;
}
