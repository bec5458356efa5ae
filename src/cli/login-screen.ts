// What a person sees during a browser login, all of it on stderr: the URL, a spinner where one is welcome, and with
// --no-browser at a terminal a place to paste the address that the browser ended on.
import * as readline from 'node:readline';
import { McpgwError } from '../errors.js';
import { visibleText } from '../diagnostics/visible-text.js';
import type { DeviceCode } from '../oauth/grants/device-code.js';
import { authorityName } from '../oauth/login-key.js';
import type { LoginTarget } from '../oauth/login-target.js';
import type { CommandContext } from './context.js';

export interface LoginScreenOptions {
  readonly context: CommandContext;
  /** Where to; by its name, where that is known before. */
  readonly target: LoginTarget;
  /** False for `--no-browser`. */
  readonly openBrowser: boolean;
  /** How long the person may take. */
  readonly timeoutMs: number;
}

export interface LoginScreen {
  /** Prints the URL and opens it; a browser that does not start is no failure. */
  readonly show: (url: string, submit: (pasted: string) => boolean) => Promise<void>;
  /** Prints where to log in on another device, and the code to enter there. Opens nothing. */
  readonly showCode: (code: DeviceCode) => Promise<void>;
  /** Takes everything down again. */
  readonly end: () => void;
}

export function createLoginScreen({ context, target, openBrowser, timeoutMs }: LoginScreenOptions): LoginScreen {
  const { host } = context;
  const isNamed = target.server.kind === 'identity' || target.server.issuer !== undefined;
  const whereTo = (url: string): string => visibleText(isNamed ? authorityName(target.server) : new URL(url).origin);
  const endings: (() => void)[] = [];
  return {
    show: async (url, submit) => {
      refuseOther(url);
      // Also with --quiet: without the URL nobody could log in. It holds no secret.
      host.stdio.stderr.write(`Log in at ${whereTo(url)}:\n\n  ${visibleText(url)}\n\n`);
      if (openBrowser) {
        await host.openBrowser(url).catch(() => context.note('no browser could be started: open the address yourself'));
      } else if (host.stdio.stdin.isTTY === true) {
        endings.push(acceptPasted(context, submit));
        return;
      }
      if (context.spinner) endings.push(await startSpinner(context, { text: 'Waiting for the browser', timeoutMs }));
    },
    showCode: async ({ verificationUri, userCode, completeUri, lifeMs }) => {
      // Also with --quiet, as above.
      const complete =
        completeUri === undefined
          ? ''
          : `\nor open this one, which has the code in it:\n\n  ${visibleText(completeUri)}\n`;
      host.stdio.stderr.write(
        `Log in at ${whereTo(verificationUri)}, on any device:\n\n  ${visibleText(verificationUri)}\n\nand enter this code there:\n\n  ${visibleText(userCode)}\n${complete}\n`,
      );
      const wait = { text: 'Waiting for the other device', timeoutMs: lifeMs };
      if (context.spinner) endings.push(await startSpinner(context, wait));
    },
    end: () => {
      for (const end of endings.splice(0)) end();
    },
  };
}

/** Whatever a provider's metadata says, nothing but a web page is ever opened. */
function refuseOther(url: string): void {
  const { protocol } = new URL(url);
  if (protocol === 'https:' || protocol === 'http:') return;
  throw new McpgwError('IDP_FAILED', `the authorization endpoint is not a web address: ${protocol}`);
}

function acceptPasted({ host, note }: CommandContext, submit: (pasted: string) => boolean): () => void {
  note('When the browser is on another machine, paste the address of the page that it ended on here:');
  // No terminal mode: it would take Ctrl-C away from the process.
  const lines = readline.createInterface({ input: host.stdio.stdin, terminal: false });
  lines.on('line', (line) => {
    if (line.trim() !== '' && !submit(line.trim())) note('that is not the answer to this login');
  });
  return () => lines.close();
}

interface Wait {
  readonly text: string;
  readonly timeoutMs: number;
}

/** Says how long there is left, second by second. */
async function startSpinner({ host }: CommandContext, { text, timeoutMs }: Wait): Promise<() => void> {
  const { default: ora } = await import('ora');
  const endMs = host.now() + timeoutMs;
  const said = (): string => `${text} (${Math.max(0, Math.ceil((endMs - host.now()) / 1000))} s left)`;
  const spinner = ora({ text: said(), stream: host.stdio.stderr, discardStdin: false }).start();
  const timer = setInterval(() => {
    spinner.text = said();
  }, 1000);
  return () => {
    clearInterval(timer);
    spinner.stop();
  };
}
