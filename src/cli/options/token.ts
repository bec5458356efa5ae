// Where a token comes from: an argument, `-` (stdin), `--token-file`, `--token-env`, or a pipe (spec: cli).
import * as path from 'node:path';
import type { Command } from 'commander';
import { McpgwError, unreadableFile } from '../../errors.js';
import type { Host } from '../../host.js';
import { Secret } from '../../secret/secret.js';

export interface TokenOptions {
  readonly tokenFile?: string;
  readonly tokenEnv?: string;
}

export function addTokenOptions(command: Command): Command {
  return command
    .option('--token-file <path>', 'read the token from a file')
    .option('--token-env <name>', 'read the token from an environment variable');
}

export interface TokenRequest {
  readonly host: Host;
  /** The positional argument; `-` is stdin. */
  readonly argument?: string | undefined;
  readonly options: TokenOptions;
  /** Read a piped stdin when nothing else names a source. */
  readonly readPipe: boolean;
}

/** Tokens beyond this are cut off while reading: verification refuses anything over 64 KiB unread anyway. */
const READ_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * The token, without surrounding white space and a leading `Bearer `; `undefined` when no source was named.
 *
 * @throws McpgwError USAGE (two sources, an unset variable), UNREADABLE_FILE
 */
export async function readToken({ host, argument, options, readPipe }: TokenRequest): Promise<Secret | undefined> {
  const named = [
    ...(argument === undefined ? [] : ['the argument']),
    ...(options.tokenFile === undefined ? [] : ['--token-file']),
    ...(options.tokenEnv === undefined ? [] : ['--token-env']),
  ];
  if (named.length > 1) {
    throw new McpgwError('USAGE', `a token from two sources: ${named.join(' and ')}`, { hint: 'give one of them' });
  }
  if (argument !== undefined && argument !== '-') return cleanedToken(argument);
  if (argument === '-') return cleanedToken(await readStdin(host));
  if (options.tokenFile !== undefined) return readTokenFile(host, options.tokenFile);
  if (options.tokenEnv !== undefined) return readTokenVariable(host, options.tokenEnv);
  if (readPipe && host.stdio.stdin.isTTY !== true) {
    const text = await readStdin(host);
    return text.trim() === '' ? undefined : cleanedToken(text);
  }
  return undefined;
}

export async function readTokenFile(host: Host, file: string): Promise<Secret> {
  try {
    return cleanedToken(await host.files.readText(path.resolve(host.cwd, file)));
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

export function readTokenVariable(host: Host, name: string): Secret {
  const value = host.env[name];
  if (value === undefined || value === '') {
    throw new McpgwError('USAGE', `the environment variable ${name} is not set`);
  }
  return cleanedToken(value);
}

/** Without white space around it and a leading `Bearer `. */
export function cleanedToken(text: string): Secret {
  return new Secret(text.trim().replace(/^Bearer\s+/i, ''));
}

async function readStdin(host: Host): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of host.stdio.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array); // stdin has no encoding set, so its chunks are bytes
    chunks.push(bytes);
    size += bytes.length;
    if (size > READ_LIMIT_BYTES) throw new McpgwError('USAGE', 'the token on standard input is over 16 MiB');
  }
  return Buffer.concat(chunks).toString('utf8');
}
