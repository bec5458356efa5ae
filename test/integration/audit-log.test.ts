// `serve --audit-log`: a line for each decision about a message of the host, in a file that only its owner can read.
import { spawn } from 'node:child_process';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  HANGS,
  key,
  sandbox,
  startWith,
  token as tokenOf,
  upstream,
  type StartOptions,
} from '../support/bridge-stage.js';
import { MCPGW, type Sandbox } from '../support/cli.js';
import { call, INITIALIZE, type LineHost } from '../support/line-host.js';
import { startLoopbackHttp } from '../support/loopback-http.js';
import { json, resultOf, type Received } from '../support/scripted-upstream.js';

const SENTINEL = 's3nt1nel-c0ffee';

let file: string;
beforeEach(() => {
  upstream.script(listsTools);
  file = path.join(sandbox.directory, 'audit.jsonl');
});

function listsTools({ body, response }: Received): boolean {
  if (body.method !== 'tools/list') return false;
  const tools = ['read', 'write', 'delete_all'].map((name) => ({ name, inputSchema: { type: 'object' } }));
  return json(response, { jsonrpc: '2.0', id: body.id, result: { tools } });
}

function start(args: readonly string[], more: Omit<StartOptions, 'args'> = {}): Promise<LineHost> {
  const demo = {
    url: upstream.url,
    headers: { 'X-Secret': SENTINEL },
    jwt_validation: {
      jwks: { keys: [key.jwk] },
      requiredClaims: ['sub'],
      claimValues: { team: { values: 'core' } },
    },
    user_identity_forwarding: { method: 'claims_header', include_claims: ['sub'] },
    tools: { blocked: ['delete_*'] },
    tool_authorization: { write: { required_claims: { role: { values: 'admin' } } } },
  };
  return startWith({ mcpServers: { demo } }, { args, ...more });
}

const token = (claims: object = {}, lifeSeconds = 3600): string => tokenOf({ team: 'core', ...claims }, lifeSeconds);

const as = (claims: Readonly<Record<string, unknown>> = {}, lifeSeconds?: number): object => ({
  'mcpgw.dev/headers': { Authorization: `Bearer ${token(claims, lifeSeconds)}`, 'X-Note': SENTINEL },
});

async function lines(): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(file, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the audit log', () => {
  it('has a line for each decision, with the rule that decided', HANGS, async () => {
    const host = await start(['--audit-log', file]);
    await host.open(as());
    const asked: readonly (readonly [object, Record<string, unknown>])[] = [
      [call(1, 'read', as()), { tool: 'read', verdict: 'allow', rule: 'jwt_validation', outcome: 'result' }],
      [call(2, 'write', as({ role: 'admin' })), { verdict: 'allow', rule: 'tool_authorization["write"]' }],
      [call(3, 'write', as()), { verdict: 'deny', reason: 'TOOL_NOT_ALLOWED', rule: 'tool_authorization["write"]' }],
      [call(4, 'delete_all', as()), { verdict: 'deny', rule: 'tools.blocked["delete_*"]', outcome: 'refused' }],
      [call(5, 'read', as({}, -60)), { verdict: 'deny', reason: 'EXPIRED', rule: 'jwt_validation (expiry)' }],
      [
        call(6, 'read', as({ team: 'x' })),
        { verdict: 'deny', reason: 'CLAIM_MISMATCH', rule: 'claimValues["team"]', subject: 'ana' },
      ],
      [
        call(7, 'read', as({ sub: undefined })),
        { verdict: 'deny', reason: 'MISSING_CLAIM', rule: 'requiredClaims["sub"]' },
      ],
      [call(8, 'read'), { verdict: 'deny', reason: 'MISSING_TOKEN', rule: 'jwt_validation (token)' }],
      [call(9, 'nothing', as()), { verdict: 'deny', reason: 'TOOL_NOT_LISTED', outcome: 'error' }],
    ];
    for (const [message] of asked) {
      host.send(message);
      await host.answer((message as { readonly id: number }).id);
    }
    await host.end();
    const written = await lines();
    const called = written.filter(({ method }) => method === 'tools/call');
    for (const [index, [, expected]] of asked.entries()) expect(called[index]).toMatchObject(expected);
    expect(called).toHaveLength(asked.length);
    expect(called[0]).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      server: 'demo',
      request_id: '1',
      kind: 'request',
      method: 'tools/call',
      tool: 'read',
      issuer: 'https://idp.example.com/',
      subject: 'ana',
      verdict: 'allow',
      rule: 'jwt_validation',
      outcome: 'result',
      duration_ms: expect.any(Number),
      request_bytes: Buffer.byteLength(JSON.stringify(asked[0]?.[0])),
      answer_bytes: Buffer.byteLength(JSON.stringify(resultOf({ body: { id: 1 } } as never))),
    });
    // What is logged about a request is found by the same id.
    expect(host.stderr()).toMatch(/refused: .*reason=EXPIRED.* request_id=5\n/);
    // Nobody vouches for who an expired token says it is.
    expect(called[4]).not.toHaveProperty('subject');
    expect(written.map(({ method }) => method).slice(0, 2)).toEqual(['initialize', 'notifications/initialized']);
  });

  it('holds no token, header, argument or result, and is private to its owner', HANGS, async () => {
    const host = await start([], { env: { MCPGW_AUDIT_LOG: file } });
    await host.open(as());
    const secret = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'read', arguments: { q: SENTINEL }, _meta: as() },
    };
    upstream.script((received) =>
      received.body.method === 'tools/call'
        ? json(received.response, resultOf(received, SENTINEL))
        : listsTools(received),
    );
    host.send(secret, call(2, `Bearer ${token()}`, as()));
    await Promise.all([host.answer(1), host.answer(2)]);
    await host.end();
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(SENTINEL);
    expect(text).not.toMatch(/eyJ/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('tells of cancelled calls, of what the host answers, and of calls that the end cuts short', HANGS, async () => {
    upstream.script((received) => received.body.method === 'tools/call' || listsTools(received));
    const host = await start(['--audit-log', file]);
    await host.open(as());
    host.send(call('gone', 'read', as()), call('cut', 'read', as()));
    await upstream.until((all) => all.filter(({ body }) => body.method === 'tools/call').length === 2);
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'gone' } });
    await upstream.request(({ body }) => body.method === 'notifications/cancelled');
    await host.end();
    const called = (await lines()).filter(({ method }) => method === 'tools/call');
    expect(called.map(({ outcome }) => outcome)).toEqual(['cancelled', 'error']);
    expect((await lines()).filter(({ method }) => method === 'notifications/cancelled')).toMatchObject([
      { kind: 'notification', verdict: 'allow', outcome: 'none' },
    ]);
  });

  it(
    'tells of calls that wait for a list of tools when the end comes, and of what had nowhere to go',
    HANGS,
    async () => {
      upstream.script(({ body }) => body.method === 'tools/list');
      const host = await start(['--audit-log', file]);
      await host.open(as());
      host.send(call(1, 'read', as()), call(2, 'read', as()));
      host.send({ jsonrpc: '2.0', method: 'notifications/x', params: { _meta: as({ sub: 'nobody here' }) } });
      await upstream.request(({ body }) => body.method === 'tools/list');
      await host.end();
      const written = await lines();
      expect(written.filter(({ method }) => method === 'tools/call').map(({ outcome }) => outcome)).toEqual([
        'error',
        'error',
      ]);
      expect(written.filter(({ method }) => method === 'notifications/x')).toMatchObject([
        { verdict: 'allow', subject: 'nobody here', outcome: 'dropped' },
      ]);
    },
  );

  it(
    'tells of what ends while a session opens, of what goes into another one, and of what is still being judged',
    HANGS,
    async () => {
      let isHeld = true;
      upstream.script((received) => {
        const isBen = String(received.headers['x-user-claims']).includes('ben');
        return (isHeld && received.body.method === 'initialize' && isBen) || listsTools(received);
      });
      const host = await start(['--audit-log', file]);
      await host.open(as());
      host.send(call('ben', 'read', as({ sub: 'ben' })));
      await upstream.until((all) => all.filter(({ body }) => body.method === 'initialize').length === 2);
      host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'ben' } });
      host.send(call('ana', 'read', as()));
      await host.answer('ana');
      host.send({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 'x', _meta: as({ sub: 'ben' }) },
      });
      isHeld = false;
      await host.end();
      const written = await lines();
      expect(written.filter(({ tool, subject }) => tool === 'read' && subject === 'ben')).toMatchObject([
        { verdict: 'allow', outcome: 'cancelled' },
      ]);
    },
  );

  it('tells of what is still being judged when the end comes', HANGS, async () => {
    let isAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const keys = await startLoopbackHttp(() => isAsked());
    const demo = { url: upstream.url, jwt_validation: { jwksUri: `${keys.origin}/jwks` } };
    const host = await startWith({ mcpServers: { demo } }, { args: ['--audit-log', file] });
    host.send({ ...INITIALIZE, params: { ...INITIALIZE.params, _meta: as() } });
    await asked;
    await host.end();
    await keys.close();
    expect(await lines()).toMatchObject([{ method: 'initialize', verdict: 'undecided', reason: 'ENDED' }]);
  });

  it('is added to, by several processes at once', HANGS, async () => {
    await writeFile(file, '{"before":true}\n', { mode: 0o600 });
    const two = await Promise.all([start(['--audit-log', file]), start(['--audit-log', file])]);
    for (const host of two) await host.open(as());
    const ids = Array.from({ length: 50 }, (_, n) => n);
    for (const host of two) host.send(...ids.map((id) => call(id, 'read', as())));
    for (const host of two) for (const id of ids) await host.answer(id);
    for (const host of two) await host.end();
    const written = await lines();
    expect(written[0]).toEqual({ before: true });
    expect(written.filter(({ method }) => method === 'tools/call')).toHaveLength(100);
  });

  it.each([
    {
      what: 'a directory that is not there',
      where: () => path.join(sandbox.directory, 'none', 'audit.jsonl'),
      code: 3,
      words: 'its directory is not there',
    },
    { what: 'a directory', where: () => sandbox.directory, code: 2, words: 'no regular file' },
    { what: 'a device', where: () => '/dev/stdout', code: 2, words: 'no regular file' },
  ])('stops serve before it starts where it is $what', HANGS, async ({ where, code, words }) => {
    const host = await start(['--audit-log', where()]);
    const ended = await host.ended;
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) });
    expect(upstream.received).toEqual([]);
  });

  it('is none where the variable is empty, and warns where others can read it', HANGS, async () => {
    const none = await start([], { env: { MCPGW_AUDIT_LOG: '' } });
    await none.open(as());
    await none.end();
    await writeFile(file, '');
    await chmod(file, 0o644);
    const host = await start(['--audit-log', file]);
    await host.open(as());
    await host.end();
    expect(host.stderr()).toContain('other users of this machine can read the audit log');
  });

  it('lets nothing go on once it cannot be written', HANGS, async () => {
    // A limit of one block: what is beyond it fails as on a full disk.
    await writeFile(file, 'x'.repeat(900), { mode: 0o600 }); // a line that was cut short
    const small: Sandbox = {
      ...sandbox,
      start: (args, env = {}) => {
        const words = ['-c', 'ulimit -f 2; exec "$0" "$@"', process.execPath, MCPGW, ...args];
        return spawn('sh', words, { cwd: sandbox.directory, env: { ...sandbox.env, ...env } });
      },
    };
    const host = await start(['--audit-log', file], { place: small });
    await host.open(as());
    for (let n = 0; ; n++) {
      host.send(call(n, 'read', as()));
      const { error } = await host.answer(n);
      if (error === undefined) continue;
      expect(error).toMatchObject({ code: -32603, data: { reason: 'audit-log' } });
      break;
    }
    const called = (): number => upstream.received.filter(({ body }) => body.method === 'tools/call').length;
    const before = called();
    host.send(call('later', 'read', as()));
    expect((await host.answer('later')).error).toMatchObject({ data: { reason: 'audit-log' } });
    expect(called()).toBe(before);
    const { code, stderr } = await host.end();
    expect(code).toBe(3);
    expect(stderr).toContain('nothing goes on: the audit log cannot be written');
    expect(stderr).toContain('is not complete: it could not be written');
    expect((await readFile(file, 'utf8')).split('\n')[0]).toBe('x'.repeat(900));
  });
});
