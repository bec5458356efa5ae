// The one way in which commands find, read and check their configuration, and pick a server of it.
import * as path from 'node:path';
import { checkConfig, type ConfigSource } from '../config/check.js';
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.js';
import { McpgwError, unreadableFile } from '../errors.js';
import type { Host } from '../host.js';
import type { GatewayPolicy, ServerPolicy } from '../policy/model.js';
import { configDirectory } from '../store/directories.js';
import type { ConfigOptions } from './options/policy.js';
import { isReadableByOthers } from './readable-by-others.js';

export interface LoadedPolicy {
  /** As the user would name it. */
  readonly file: string;
  readonly policy: GatewayPolicy;
  /** The document behind it. */
  readonly source: ConfigSource;
  /** Somebody chose the file; false for one that was only found in the working directory. */
  readonly trusted: boolean;
}

/** Thrown when the configuration has errors: the diagnostics are what the user needs to see. */
export class InvalidConfigError extends McpgwError {
  /** As the user named it. */
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];

  constructor(file: string, diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    super('INVALID_CONFIG', `${file} has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`, {
      hint: `mcpgw validate ${file}`,
      details: { diagnostics: errors },
    });
    this.file = file;
    this.diagnostics = errors;
  }
}

/**
 * Finds, reads and checks the configuration of a command. References are resolved, for a command that needs a part of the
 * policy alone those of the parts that it names; of the lint rules, those run that the configuration turns into errors.
 *
 * @throws McpgwError USAGE (none found), UNREADABLE_FILE, INVALID_CONFIG (as InvalidConfigError)
 */
export async function loadPolicy(host: Host, options: ConfigOptions, parts?: readonly string[]): Promise<LoadedPolicy> {
  const { file, trusted } = await findConfig(host, options.config);
  const text = await readConfig(host, file);
  const { policy, diagnostics, source } = await checkConfig({
    host,
    file,
    text,
    directory: path.dirname(path.resolve(host.cwd, file)),
    resolveReferences: true,
    resolveWithin: parts,
    trusted,
    lint: false,
    isReadableByOthers: () => isReadableByOthers(host, file),
  });
  if (policy === undefined || source === undefined || hasErrors(diagnostics))
    throw new InvalidConfigError(file, diagnostics);
  return { file, policy, source, trusted };
}

/** `loadPolicy` for a configuration that somebody chose; undefined where nobody did. */
export async function loadChosenPolicy(host: Host, options: ConfigOptions): Promise<LoadedPolicy | undefined> {
  const found = await existingConfig(host, options.config);
  return found?.trusted === true ? loadPolicy(host, options) : undefined;
}

/**
 * The one server that a command is about.
 *
 * @throws McpgwError UNKNOWN_SERVER, with the nearest name as hint; USAGE when there are several and none was named
 */
export function chooseServer(policy: GatewayPolicy, name: string | undefined): ServerPolicy {
  const names = policy.servers.map((server) => server.name);
  if (name !== undefined) {
    const found = policy.servers.find((server) => server.name === name);
    if (found !== undefined) return found;
    throw new McpgwError('UNKNOWN_SERVER', `the configuration has no server "${name}"`, {
      hint: `it has: ${names.join(', ')}`,
      details: { servers: names },
    });
  }
  const [only, another] = policy.servers;
  if (only === undefined) throw new McpgwError('USAGE', 'the configuration has no server');
  if (another !== undefined) {
    throw new McpgwError('USAGE', 'the configuration has several servers', {
      hint: `name one with -s: ${names.join(', ')}`,
      details: { servers: names },
    });
  }
  return only;
}

/** `-c`, `$MCPGW_CONFIG`, the working directory (not trusted with secrets), the user's own directory. */
async function findConfig(host: Host, named: string | undefined): Promise<FoundConfig> {
  const found = await existingConfig(host, named);
  if (found !== undefined) return found;
  const own = path.join(configDirectory(host), 'config.json');
  throw new McpgwError('USAGE', `there is no configuration: neither mcpgw.json here nor ${own}`, {
    hint: 'name one with -c <file> or MCPGW_CONFIG',
  });
}

interface FoundConfig {
  readonly file: string;
  readonly trusted: boolean;
}

async function existingConfig(host: Host, named: string | undefined): Promise<FoundConfig | undefined> {
  const explicit = named ?? (host.env['MCPGW_CONFIG'] || undefined);
  if (explicit !== undefined) return { file: explicit, trusted: true };
  for (const file of ['mcpgw.json', 'mcpgw.jsonc']) {
    if ((await host.files.stat(path.join(host.cwd, file))) !== undefined) return { file, trusted: false };
  }
  const own = path.join(configDirectory(host), 'config.json');
  return (await host.files.stat(own)) === undefined ? undefined : { file: own, trusted: true };
}

async function readConfig(host: Host, file: string): Promise<string> {
  try {
    return await host.files.readText(path.resolve(host.cwd, file));
  } catch (error) {
    throw unreadableFile(file, error);
  }
}
