// The operating system's credential store (Keychain, Credential Manager, Secret Service) through keytar, which is
// optional and native. Each question is asked by a process of its own: a question that is never answered holds a
// thread, and a process with a thread that hangs cannot end. Secrets travel through pipes, never as arguments.
import { spawn } from 'node:child_process';
import { KeychainError } from '../secret/keychain-error.js';

/** The three things that are asked of a credential store. Every method rejects with KeychainError alone. */
export interface Keychain {
  /** `null` when there is no such entry, and on some systems when its keyring is locked. */
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  /** False when there was no such entry. */
  deletePassword(service: string, account: string): Promise<boolean>;
}

export interface KeychainOptions {
  /** The Node that runs the question. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the library; undefined when there is none. */
  readonly library: () => string | undefined;
  readonly patienceMs: number;
}

export function createKeychain(options: KeychainOptions): Keychain {
  const ask = (method: keyof Keychain, ...words: readonly string[]): Promise<unknown> =>
    asked([method, ...words], options);
  return {
    getPassword: async (service, account) => {
      const password = await ask('getPassword', service, account);
      return typeof password === 'string' ? asText(password) : null;
    },
    setPassword: async (service, account, password) => {
      await ask('setPassword', service, account, password);
    },
    deletePassword: async (service, account) => (await ask('deletePassword', service, account)) === true,
  };
}

/** Windows' own tools store UTF-16, which the library takes for UTF-8: then a NUL stands behind every character. */
function asText(password: string): string {
  return /^(?:[^\0]\0)+$/.test(password) ? password.replaceAll('\0', '') : password;
}

/** The question comes in as JSON; the answer leaves on a pipe that nothing else writes to. */
const QUESTION = `
// Whoever asked may have gone, and a question that hangs holds even process.exit.
setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(process.argv[2])).unref();
const answer = (value) => require('node:fs').writeSync(3, JSON.stringify(value));
let text = '';
process.stdin.on('data', (part) => (text += part)).on('end', async () => {
  let library;
  try { library = require(process.argv[1]); } catch { return answer({ problem: 'not-loadable' }); }
  const [method, ...words] = JSON.parse(text);
  try { answer({ value: (await library[method](...words)) ?? null }); } catch { answer({ problem: 'refused' }); }
});`;

async function asked(question: readonly string[], options: KeychainOptions): Promise<unknown> {
  const library = options.library();
  if (library === undefined) throw new KeychainError('not-loadable');
  const text = await answerOf(JSON.stringify(question), { ...options, library });
  const answer = parsed(text);
  if ('value' in answer) return answer.value;
  throw new KeychainError(answer.problem === 'not-loadable' ? 'not-loadable' : 'refused');
}

type Asking = Omit<KeychainOptions, 'library'> & { readonly library: string };

function answerOf(question: string, { program, env, library, patienceMs }: Asking): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-e', QUESTION, library, String(patienceMs)], {
      // What an outer Node was told to load, to debug or to trust is no business of this one.
      env: { ...env, NODE_OPTIONS: undefined, NODE_EXTRA_CA_CERTS: undefined },
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
      windowsHide: true,
    });
    const patience = setTimeout(() => {
      child.kill('SIGKILL');
      // A process that the library has started may hold the pipe: it must not hold this one.
      child.stdio[3]?.destroy();
      child.unref();
      reject(new KeychainError('no-answer'));
    }, patienceMs);
    const parts: Buffer[] = [];
    child.stdio[3]?.on('data', (part: Buffer) => parts.push(part));
    child.once('error', () => {
      clearTimeout(patience);
      reject(new KeychainError('refused'));
    });
    child.once('close', () => {
      clearTimeout(patience);
      resolve(Buffer.concat(parts).toString('utf8'));
    });
    // A child that has ended early says so by its missing answer.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(question);
  });
}

function parsed(text: string): { readonly value?: unknown; readonly problem?: unknown } {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}
