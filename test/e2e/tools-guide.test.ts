// The guide of tools is run: its example becomes a file, its commands print what the page says, against a server that has
// the tools of the page, with tokens of an identity provider of this test's own.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../support/cli.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { createGuideShell, type GuideShell } from '../support/guide-shell.js';
import { generateKey, signToken } from '../support/jwt.js';
import { json as answerWith, startLoopbackHttp, type LoopbackHttp } from '../support/loopback-http.js';
import { json, resultOf, startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';
import { checkText } from '../unit/config/check-text.js';

const page = await readFile(new URL('../../docs/guide/tools.md', import.meta.url), 'utf8');
const config = /^```jsonc\n(\/\/ mcpgw\.jsonc\n.*?)^```$/ms.exec(page)?.[1] ?? '';
const session = /^```text\nsession\.jsonl\n(.*?)^```$/ms.exec(page)?.[1] ?? '';
const tools = [...(/^The server of this page has (.*?)\./m.exec(page)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(
  ([, name = '']) => ({ name }),
);

const key = generateKey('RS256', 'k1');
let idp: LoopbackHttp;
let upstream: ScriptedUpstream;
let sandbox: Sandbox;
let shell: GuideShell['shell'];
beforeEach(async () => {
  idp = await startLoopbackHttp(answerWith({ keys: [key.jwk] }));
  upstream = await startScriptedUpstream((received) => {
    const { body, response } = received;
    if (body.method === 'tools/list') return json(response, { jsonrpc: '2.0', id: body.id, result: { tools } });
    return body.method === 'tools/call' ? json(response, resultOf(received)) : false;
  });
  ({ sandbox, shell } = await createGuideShell());
  const hosted = config
    .replace('"url": "https://mcp.example.com/mcp"', `"url": "${upstream.url}"`)
    .replace('https://idp.example.com/jwks', `${idp.origin}/jwks`);
  await sandbox.file('mcpgw.jsonc', hosted);
  await sandbox.file('session.jsonl', session);
  await sandbox.file('ana.txt', tokenOf('ana', ['admins', 'staff']));
  await sandbox.file('bob.txt', tokenOf('bob', ['staff']));
});
afterEach(async () => {
  await idp.close();
  await upstream.close();
  await sandbox.remove();
});

function tokenOf(sub: string, groups: readonly string[]): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: 'https://idp.example.com',
    aud: 'https://mcp.example.com/mcp',
    sub,
    groups,
    scope: 'wiki openid',
    iat: now - 60,
    exp: now + 600,
  };
  return signToken({ header: { alg: 'RS256', typ: 'JWT', kid: 'k1' }, payload }, key);
}

describe('the guide of tools', () => {
  it('has an example without an error or a warning', async () => {
    expect(config).not.toBe('');
    expect((await checkText(config, { lint: true, env: {} })).diagnostics).toEqual([]);
  });

  it('shows what its commands print', async () => {
    expect(tools).toHaveLength(4);
    const commands = consoleCommands(page);
    expect(commands).toHaveLength(4);
    const wrong: string[] = [];
    for (const { command, expected, line } of commands) {
      const { stdout, stderr } = await shell(command);
      if (!matchesOutput(expected, stdout + stderr)) wrong.push(`tools.md:${line} $ ${command}\n${stdout}${stderr}`);
    }
    expect(wrong.join('\n')).toBe('');
    const called = upstream.received.filter(({ body }) => body.method === 'tools/call');
    expect(called.map(({ body }) => (body['params'] as { readonly name: string }).name)).toEqual(['delete_page']);
  });
});
