// The host that the conformance suite starts: an SDK client that reaches the suite's server through `mcpgw serve`, as a
// person would who has put the server into a configuration and lets a browser open. Its last word is the server's URL.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startHost } from '../support/host.js';

const root = process.cwd();
const url = process.argv.at(-1) ?? '';
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const given = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Readonly<Record<string, string>>;
const era = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION']?.startsWith('2026') === true ? '2026' : '2025';

/** What a person would know of the server beforehand. */
function serverEntry(): Readonly<Record<string, unknown>> {
  switch (scenario) {
    case 'auth/basic-cimd':
      return {
        url,
        oauth_metadata: { client_id_metadata_url: 'https://conformance-test.local/client-metadata.json' },
      };
    case 'auth/pre-registration':
      return {
        url,
        oauth_metadata: { client_id: given['client_id'], client_secret: given['client_secret'] },
      };
    case 'auth/client-credentials-basic':
      return {
        url,
        auth_type: 'oauth_client_credentials',
        oauth_metadata: { client_id: given['client_id'], client_secret: given['client_secret'] },
      };
    case 'auth/client-credentials-jwt':
      return {
        url,
        auth_type: 'oauth_client_credentials',
        oauth_metadata: {
          client_id: given['client_id'],
          token_endpoint_auth_method: 'private_key_jwt',
          client_assertion_key: given['private_key_pem'],
          client_assertion_alg: given['signing_algorithm'],
        },
      };
    default:
      return { url };
  }
}

const home = mkdtempSync(path.join(tmpdir(), 'mcpgw-conformance-'));
try {
  mkdirSync(home, { recursive: true });
  const config = path.join(home, 'mcpgw.json');
  writeFileSync(config, JSON.stringify({ mcpServers: { conformance: serverEntry() } }), { mode: 0o600 });
  const host = await startHost({
    command: process.execPath,
    args: [path.join(root, 'bin', 'mcpgw.js'), 'serve', '-c', config, '--interactive', '--credential-store', 'file'],
    env: { HOME: home, BROWSER: path.join(root, 'test', 'support', 'browser-script.mjs') },
    era,
  });
  try {
    await host.listTools();
    await host.callTool('test-tool');
    await host.callTool('test-tool');
  } finally {
    process.stderr.write(host.stderr());
    await host.close();
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
