// A machine as CI hands it out, for scripts of pipelines: a directory, bash, and on the PATH an `npx` that knows this
// build alone and a `sleep` that does not. Keeps what was printed and every command line, so that a test can look for
// what must be in neither.
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSandbox, finished, MCPGW, type CliResult, type Sandbox } from './cli.js';

export interface CiMachine {
  readonly sandbox: Sandbox;
  /** Runs a script as both GitHub (`shell: bash`) and GitLab do: it ends at the first error, also in a pipe. */
  readonly shell: (script: string, env?: Readonly<Record<string, string>>) => Promise<CliResult>;
  /** Every `npx`, `curl`, `jq` and `sleep` that was started, with its arguments; in order, but for those of one pipe. */
  readonly commandLines: () => Promise<readonly string[]>;
  /** All that was printed until now. */
  readonly printed: () => string;
}

const STAND_INS = fileURLToPath(new URL('stand-ins', import.meta.url));

/** `version`: the only one of mcpgw that its `npx` has. */
export async function createCiMachine(version: string): Promise<CiMachine> {
  const sandbox = await createSandbox();
  const below = (name: string): string => path.join(sandbox.directory, '.machine', name);
  const log = below('command-lines');
  await mkdir(below('recorders'), { recursive: true });
  await mkdir(below('bin'));
  await mkdir(below('stand-ins'));
  await writeFile(log, '');
  for (const name of ['npx', 'curl', 'jq', 'sleep']) await program(below(`recorders/${name}`), RECORDER);
  await program(below('bin/npx'), npx(version));
  await program(below('bin/sleep'), 'exit 0');
  await symlink(MCPGW, below('bin/mcpgw'));
  await chmod(MCPGW, 0o755);
  // Last on the PATH: they are used where the machine has no real ones.
  for (const name of ['curl', 'jq']) {
    await program(below(`stand-ins/${name}`), `exec node '${STAND_INS}/${name}.mjs' "$@"`);
  }
  const directories = [below('recorders'), below('bin'), path.dirname(process.execPath), sandbox.env['PATH']];
  const env = { ...sandbox.env, PATH: [...directories, below('stand-ins')].join(':'), COMMAND_LINES: log, CI: 'true' };

  let printed = '';
  return {
    sandbox,
    printed: () => printed,
    commandLines: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
    shell: async (script, extra = {}) => {
      const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
        cwd: sandbox.directory,
        env: { ...env, ...extra },
      });
      child.stdin.end();
      const result = await finished(child);
      printed += result.stdout + result.stderr;
      return result;
    },
  };
}

async function program(file: string, script: string): Promise<void> {
  await writeFile(file, `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
}

/** Notes the command line, and hands it to the next program of that name on the PATH. */
const RECORDER = `
name=\${0##*/}
printf '%s\\n' "$name $*" >> "$COMMAND_LINES"
PATH=\${PATH#*:}
exec "$name" "$@"`;

function npx(version: string): string {
  return `
if [ "$1 $2" != '-y mcpgw@${version}' ]; then echo "npx has no $*" >&2; exit 97; fi
exec node '${MCPGW}' "\${@:3}"`;
}
