// `header_command`: a program whose output authenticates the gateway, run by the built `mcpgw serve` without a shell.
import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hosts, sandbox, start, startWith, upstream } from '../support/bridge-stage.js';
import { call, INITIALIZE, startLineHost } from '../support/line-host.js';

/** Writes a program that appends a line to `runs` and then does the rest; gives its command. */
async function program(body: string, name = 'helper.mjs'): Promise<readonly string[]> {
  const runs = path.join(sandbox.directory, 'runs');
  const head = `import { appendFileSync, readFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(runs)}, 'x');\nconst run = readFileSync(${JSON.stringify(runs)}, 'utf8').length;\n`;
  const file = await sandbox.file(name, head + body);
  await chmod(file, 0o700);
  return [process.execPath, file];
}

async function runs(): Promise<number> {
  return (await readFile(path.join(sandbox.directory, 'runs'), 'utf8').catch(() => '')).length;
}

const PRINT = "console.log(JSON.stringify({ Authorization: `Bearer run-${run}`, 'X-Key': 'k' }));";

describe('header_command', () => {
  it('gives its headers to every request, and is run once', async () => {
    const host = await start({ header_command: { command: await program(PRINT) } });
    await host.open();
    host.send(call(1), call(2));
    await Promise.all([host.answer(1), host.answer(2)]);
    const sent = upstream.received.filter(({ body }) => body.method === 'tools/call').map(({ headers }) => headers);
    expect(sent.map((headers) => [headers.authorization, headers['x-key']])).toEqual([
      ['Bearer run-1', 'k'],
      ['Bearer run-1', 'k'],
    ]);
    expect(await runs()).toBe(1);
  });

  it('is run again when the upstream refuses its headers, and the call goes once more, once', async () => {
    upstream.script(({ headers, response }) => {
      if (headers.authorization === 'Bearer run-2') return false;
      response.writeHead(401).end();
      return true;
    });
    const host = await start({ header_command: { command: await program(PRINT) } });
    expect(await host.open()).toMatchObject({ result: {} });
    expect(upstream.received.filter(({ body }) => body.method === 'initialize')).toHaveLength(2);
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: {} });
    expect(await runs()).toBe(2);
  });

  it('ends in an error when the upstream refuses all that it prints', async () => {
    upstream.script(({ response }) => {
      response.writeHead(401).end();
      return true;
    });
    const host = await start({ header_command: { command: await program(PRINT) } });
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { code: -32_603, data: { reason: 'http-401' } } });
    expect(upstream.received).toHaveLength(2);
  });

  it('is run again when its time is up', async () => {
    const host = await start({ header_command: { command: await program(PRINT), ttl_seconds: 0 } });
    host.send(INITIALIZE);
    await host.answer(INITIALIZE.id);
    host.send(call(1));
    await host.answer(1);
    const last = upstream.received.findLast(({ body }) => body.method === 'tools/call');
    expect(last?.headers.authorization).toBe(`Bearer run-${await runs()}`);
    expect(await runs()).toBeGreaterThan(1);
  });

  it('goes before what the client brings, and passthrough_headers before it', async () => {
    const host = await start({
      header_command: { command: await program(PRINT) },
      forward_headers: ['X-Key', 'Authorization'],
      passthrough_headers: { 'x-key': 'fixed' },
    });
    await host.open();
    host.send(call(1, 'echo', { 'mcpgw.dev/headers': { Authorization: 'Bearer of-the-client', 'X-Key': 'client' } }));
    await host.answer(1);
    const last = upstream.received.findLast(({ body }) => body.method === 'tools/call');
    expect(last?.headers).toMatchObject({ authorization: 'Bearer run-1', 'x-key': 'fixed' });
  });

  it.each([
    ['ended with 3', 'process.exit(3);'],
    ['did not print JSON', "console.log('Bearer the-secret');"],
    ['did not print a JSON object', 'console.log(\'["the-secret"]\');'],
    ['printed no header: the value of the header X-Key is none', 'console.log(\'{"X-Key":"the-secret\\\\nX: y"}\');'],
    ['printed no header: the name of member 1 of its output is none', 'console.log(\'{"the secret":"x"}\');'],
    ['printed the header Host, which belongs to the connection', 'console.log(\'{"Host":"the-secret"}\');'],
    ['did not end within 1 s', 'setTimeout(() => {}, 60_000);'],
    ['printed more than 65536 bytes', "console.log('the-secret'.repeat(10_000));"],
  ])('that %s is an error that repeats nothing of the output', async (why, body) => {
    const host = await start({ header_command: { command: await program(body), timeout_ms: 1000 } });
    host.send(INITIALIZE);
    const { error } = await host.answer(INITIALIZE.id);
    expect(error).toMatchObject({ code: -32_603, message: expect.stringContaining(`header_command ${why}`) });
    expect(upstream.received).toEqual([]);
    const { stdout, stderr } = await host.end();
    expect(stdout + stderr).not.toMatch(/the.secret/);
  });

  it('that is not there is an error, and its words are never read by a shell', async () => {
    const host = await start({ header_command: { command: ['./no-such-program', '; touch shell-was-here'] } });
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({
      error: { message: expect.stringContaining('could not be started (ENOENT)') },
    });
    const spoken = await startWith({
      mcpServers: {
        demo: { url: upstream.url, header_command: { command: ['echo', '{}', '; touch shell-was-here'] } },
      },
    });
    spoken.send(INITIALIZE);
    expect(await spoken.answer(INITIALIZE.id)).toMatchObject({ error: {} });
    await expect(readFile(path.join(sandbox.directory, 'shell-was-here'))).rejects.toThrow('ENOENT');
  });

  it('is not run for a configuration that nobody has named', async () => {
    const command = await program(PRINT);
    await sandbox.file('mcpgw.json', { mcpServers: { demo: { url: upstream.url, header_command: { command } } } });
    const host = startLineHost(sandbox, []);
    hosts.push(host);
    expect(await host.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('may not run a command') });
    expect(await runs()).toBe(0);
  });
});
