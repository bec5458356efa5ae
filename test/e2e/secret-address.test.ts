// An address that came from a secret reference goes nowhere but to its server.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';

const HOST = 'tenant-4711.s3cret-host.invalid';
const ENV = { MCP_ADDRESS: `https://${HOST}/mcp/s3nt1nel` };
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'me', version: '1' } },
};

let sandbox: Sandbox;
let config: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  config = await sandbox.file('mcpgw.json', { mcpServers: { demo: { url: '${MCP_ADDRESS}' } } });
});
afterAll(() => sandbox.remove());

it.each([
  [['simulate', '-c', 'FILE']],
  [['simulate', '-c', 'FILE', '--json']],
  [['validate', 'FILE', '--show-resolved', '--online']],
  [['serve', '-c', 'FILE', '-vv']],
])('%j shows no part of it', async (words) => {
  const args = words.map((word) => (word === 'FILE' ? config : word));
  const { stdout, stderr } = await sandbox.run(args, { env: ENV, stdin: `${JSON.stringify(INITIALIZE)}\n` });
  expect(stdout).toContain('demo');
  expect(stdout + stderr).not.toMatch(/4711|s3cret-host|s3nt1nel/);
  expect(stdout + stderr).toContain('••••••');
});

it('one that stands in the file is shown by its origin', async () => {
  const file = await sandbox.file('plain.json', { mcpServers: { demo: { url: `https://${HOST}/mcp` } } });
  expect((await sandbox.run(['simulate', '-c', file])).stdout).toContain(`https://${HOST}`);
});
