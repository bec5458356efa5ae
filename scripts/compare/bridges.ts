// The bridges that are compared, each as its own documentation says for a remote server behind a stdio host.
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Bridge {
  readonly name: string;
  /** As a person would write it. */
  readonly invocation: string;
  /** The same for node: a script and its arguments. `config` is a file that names the server. */
  readonly args: (server: { readonly url: string; readonly config: string }) => readonly string[];
}

export const PEERS = path.resolve('bench/peers');
const installed = (file: string): string => path.join(PEERS, 'node_modules', file);

/** The pinned versions; what is installed is what the lock file says. */
function versionOf(peer: string): string {
  const { dependencies } = JSON.parse(readFileSync(path.join(PEERS, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return dependencies[peer] ?? 'unknown';
}

export const BRIDGES: readonly Bridge[] = [
  {
    name: 'mcpgw',
    invocation: 'mcpgw serve -c <a file that names the url>',
    args: ({ config }) => [path.resolve('bin/mcpgw.js'), 'serve', '-c', config],
  },
  {
    name: `mcp-remote ${versionOf('mcp-remote')}`,
    invocation: 'mcp-remote <url> --allow-http',
    args: ({ url }) => [installed('mcp-remote/dist/proxy.js'), url, '--allow-http'],
  },
  {
    name: `supergateway ${versionOf('supergateway')}`,
    invocation: 'supergateway --streamableHttp <url>',
    args: ({ url }) => [installed('supergateway/dist/index.js'), '--streamableHttp', url],
  },
  {
    name: `mcp-proxy ${versionOf('mcp-proxy')}`,
    invocation: 'startStdioServer({ serverType: ServerType.HTTPStream, url })',
    args: ({ url }) => [path.join(PEERS, 'mcp-proxy-stdio.mjs'), url],
  },
];
