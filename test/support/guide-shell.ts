// Where the commands of a guide are run: a directory of its own with `mcpgw` on the path, lines as a shell runs them.
import { spawn } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { createSandbox, finished, MCPGW, type CliResult, type Sandbox } from './cli.js';

export interface GuideShell {
  readonly sandbox: Sandbox;
  readonly shell: (line: string) => Promise<CliResult>;
}

/** `env` comes on top of the sandbox's own. */
export async function createGuideShell(env: Readonly<Record<string, string>> = {}): Promise<GuideShell> {
  const sandbox = await createSandbox();
  await mkdir(path.join(sandbox.directory, 'bin'));
  await symlink(MCPGW, path.join(sandbox.directory, 'bin/mcpgw'));
  const own = `${sandbox.directory}/bin:${path.dirname(process.execPath)}:${sandbox.env['PATH']}`;
  return {
    sandbox,
    shell: (line) => {
      const child = spawn('bash', ['-c', line], { cwd: sandbox.directory, env: { ...sandbox.env, ...env, PATH: own } });
      child.stdin.end();
      return finished(child);
    },
  };
}
