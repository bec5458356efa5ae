// Where mcpgw keeps its files, by the conventions of the platform (env-paths; XDG base directories on Linux).
import * as path from 'node:path';
import type { Host } from '../host.js';

/** Encrypted logins and their locks. */
export function credentialDirectory(host: Host): string {
  return path.join(dataDirectory(host), 'credentials');
}

/** The key file: not in the data directory, so that a copy of the data alone opens nothing. */
export function keyDirectory(host: Host): string {
  if (host.platform === 'win32') {
    return path.join(host.env['APPDATA'] ?? path.join(host.home, 'AppData', 'Roaming'), 'mcpgw', 'Config');
  }
  if (host.platform === 'darwin') return path.join(host.home, 'Library', 'Preferences', 'mcpgw');
  return path.join(xdg(host, 'XDG_CONFIG_HOME') ?? path.join(host.home, '.config'), 'mcpgw');
}

function dataDirectory(host: Host): string {
  if (host.platform === 'win32') {
    return path.join(host.env['LOCALAPPDATA'] ?? path.join(host.home, 'AppData', 'Local'), 'mcpgw', 'Data');
  }
  if (host.platform === 'darwin') return path.join(host.home, 'Library', 'Application Support', 'mcpgw');
  return path.join(xdg(host, 'XDG_DATA_HOME') ?? path.join(host.home, '.local', 'share'), 'mcpgw');
}

/** The XDG specification says to ignore relative paths. */
function xdg(host: Host, name: string): string | undefined {
  const directory = host.env[name];
  return directory !== undefined && path.isAbsolute(directory) ? directory : undefined;
}
