// Where mcpgw keeps its files, by the conventions of the platform (env-paths; XDG base directories on Linux). Never
// anywhere that depends on the working directory.
import * as path from 'node:path';
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';

/**
 * Encrypted logins and their locks.
 *
 * @throws McpgwError STORE_UNAVAILABLE when there is no home directory
 */
export function credentialDirectory(host: Host): string {
  return path.join(dataDirectory(host), 'credentials');
}

/**
 * The key file, alone: not in the data directory, so that a copy of the data opens nothing, and not beside the
 * configuration, whose directory others may often read.
 *
 * @throws McpgwError STORE_UNAVAILABLE when there is no home directory
 */
export function keyDirectory(host: Host): string {
  return path.join(configDirectory(host), 'keys');
}

/**
 * The user's own configuration (`config.json`).
 *
 * @throws McpgwError STORE_UNAVAILABLE when there is no home directory
 */
export function configDirectory(host: Host): string {
  if (host.platform === 'win32') {
    return path.join(stated(host, 'APPDATA') ?? path.join(homeOf(host), 'AppData', 'Roaming'), 'mcpgw', 'Config');
  }
  if (host.platform === 'darwin') return path.join(homeOf(host), 'Library', 'Preferences', 'mcpgw');
  return path.join(stated(host, 'XDG_CONFIG_HOME') ?? path.join(homeOf(host), '.config'), 'mcpgw');
}

function dataDirectory(host: Host): string {
  if (host.platform === 'win32') {
    return path.join(stated(host, 'LOCALAPPDATA') ?? path.join(homeOf(host), 'AppData', 'Local'), 'mcpgw', 'Data');
  }
  if (host.platform === 'darwin') return path.join(homeOf(host), 'Library', 'Application Support', 'mcpgw');
  return path.join(stated(host, 'XDG_DATA_HOME') ?? path.join(homeOf(host), '.local', 'share'), 'mcpgw');
}

/** The XDG specification says to ignore relative paths. */
function stated(host: Host, name: string): string | undefined {
  const directory = host.env[name];
  return directory !== undefined && path.isAbsolute(directory) ? directory : undefined;
}

function homeOf({ home }: Host): string {
  if (path.isAbsolute(home)) return home;
  throw new McpgwError('STORE_UNAVAILABLE', 'there is no home directory: HOME is not an absolute path', {
    hint: 'set HOME to your home directory',
  });
}
