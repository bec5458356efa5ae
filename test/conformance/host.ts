// The host that the conformance suite starts: an SDK client that reaches the suite's server through `mcpgw serve`, as a
// person would who has put the server into a configuration and lets a browser open. Its last word is the server's URL.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { startHost, type Host } from '../support/host.js';

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

/** The person says yes to everything, and leaves the fields as they are. */
function answerElicitations({ client }: Host): void {
  if ('setRequestHandler' in client) {
    (client as Client).setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: {} }));
  }
}

/** What a person would do with the server. */
async function act(host: Host): Promise<void> {
  const tools = await host.listTools();
  const names = tools.map(({ name }) => name);
  switch (scenario) {
    case 'initialize':
    case 'json-schema-ref-no-deref':
      return;
    case 'tools_call':
      await host.callTool('add_numbers', { a: 5, b: 3 });
      return;
    case 'http-standard-headers':
      await actEverything(host, names);
      return;
    case 'http-custom-headers': {
      const { toolCalls } = given as unknown as { toolCalls: readonly { name: string; arguments: object }[] };
      for (const { name, arguments: args } of toolCalls) await host.callTool(name, { ...args });
      return;
    }
    case 'http-invalid-tool-headers':
    case 'elicitation-sep1034-client-defaults':
    case 'sse-retry':
    case 'request-metadata':
      for (const name of names) await host.callTool(name, {});
      return;
    case 'sep-2322-client-request-state':
      // The SDK's client takes no result without `resultType`, which one of these tools gives; the scenario minds what is sent.
      for (const name of names) await host.callTool(name, {}).catch(() => undefined);
      return;
    default:
      await host.callTool('test-tool');
      await host.callTool('test-tool');
  }
}

async function actEverything(host: Host, tools: readonly string[]): Promise<void> {
  const { client } = host;
  if (!('listResources' in client)) return;
  for (const name of tools) await host.callTool(name, {});
  const { resources } = await client.listResources();
  for (const { uri } of resources) await client.readResource({ uri });
  const { prompts } = await client.listPrompts();
  for (const { name } of prompts) await client.getPrompt({ name });
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
    capabilities: { elicitation: { form: { applyDefaults: true } }, roots: {}, sampling: {} },
  });
  answerElicitations(host);
  try {
    await act(host);
  } finally {
    process.stderr.write(host.stderr());
    await host.close();
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
