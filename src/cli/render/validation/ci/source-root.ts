// What CI calls a file: its path from the root of the repository that is checked out, whatever directory the command
// runs in. Outside a workflow that root is the working directory.
import * as path from 'node:path';
import type { Host } from '../../../../host.js';

export interface SourceRoot {
  /** Absolute. */
  readonly cwd: string;
  /** Absolute; what relative paths in a report are relative to. */
  readonly root: string;
}

/** In a GitHub workflow that works below its checkout, the checkout. */
export function sourceRootOf({ cwd, env }: Pick<Host, 'cwd' | 'env'>): SourceRoot {
  const workspace = env['GITHUB_WORKSPACE'] ?? '';
  const isBelow = path.isAbsolute(workspace) && stepsBelow(workspace, cwd) !== undefined;
  return { cwd, root: isBelow ? workspace : cwd };
}

/** The steps from the root to a file that the user named; undefined for a file that is not below the root. */
export function stepsFromRoot(file: string, { cwd, root }: SourceRoot): readonly string[] | undefined {
  return stepsBelow(root, path.resolve(cwd, file));
}

function stepsBelow(directory: string, file: string): readonly string[] | undefined {
  const relative = path.relative(directory, file) || '.';
  const steps = relative.split(path.sep);
  return path.isAbsolute(relative) || steps[0] === '..' ? undefined : steps;
}

/** What diagnostics of standard input name in place of a file. */
export function isStandardInput(file: string): boolean {
  return file === '<stdin>';
}
