// The stage of the fault tests: a server whose every answer the test writes, the built bridge in front of it, raw lines
// through it, and tokens of a key of the test's own. Fresh for each test, gone after it.
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { createSandbox, type Sandbox } from './cli.js';
import { generateKey, signToken, type SigningKey } from './jwt.js';
import { startLineHost, type LineHost } from './line-host.js';
import { startScriptedUpstream, type ScriptedUpstream } from './scripted-upstream.js';

export const HANGS = { timeout: 8_000 };
export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export let key: SigningKey;
export let sandbox: Sandbox;
export let upstream: ScriptedUpstream;
export const hosts: LineHost[] = [];

beforeAll(() => {
  key = generateKey('RS256', 'k1');
});
beforeEach(async () => {
  sandbox = await createSandbox();
  upstream = await startScriptedUpstream();
});
afterEach(async () => {
  for (const host of hosts.splice(0)) {
    host.child.kill('SIGKILL');
    await host.exited;
  }
  await upstream.close();
  await sandbox.remove();
});

/** With one server, `demo`. */
export function start(server: object = {}, args: readonly string[] = []): Promise<LineHost> {
  return startWith({ mcpServers: { demo: { url: upstream.url, ...server } } }, { args });
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another way to start processes than the stage's own. */
  readonly place?: Sandbox;
}

export async function startWith(config: object, { args = [], env, place }: StartOptions = {}): Promise<LineHost> {
  const file = await sandbox.file('gateway.json', config);
  const host = startLineHost(place ?? sandbox, ['-c', file, ...args], env);
  hosts.push(host);
  return host;
}

export function token(claims: object = {}, lifetimeSeconds = 300): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: 'https://idp.example.com/',
    sub: 'ana',
    iat: now - 600,
    exp: now + lifetimeSeconds,
    ...claims,
  };
  return signToken({ header: { alg: 'RS256', typ: 'JWT', kid: 'k1' }, payload }, key);
}

/** A token is required. */
export function policy(identity: object = { method: 'claims_header', include_claims: ['sub', 'email'] }): object {
  return {
    jwt_validation: { jwks: { keys: [key.jwk] }, clockTolerance: 0 },
    user_identity_forwarding: identity,
  };
}

export function bearerMeta(value: string): object {
  return { 'mcpgw.dev/headers': { Authorization: `Bearer ${value}` } };
}

export function deep(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
