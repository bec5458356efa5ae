// The command with a Host of its own: files are real, the terminal is made of streams.
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { init, type InitOptions } from '../../../../src/cli/commands/init.js';
import { createContext } from '../../../../src/cli/context.js';
import type { Host } from '../../../../src/host.js';
import { createTestHost, type TestHost, type TestHostOptions } from '../../../support/test-host.js';
import { plainJson } from '../init/starter-text.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Run {
  readonly test: TestHost;
  readonly run: (options: InitOptions, ...args: string[]) => Promise<number>;
  readonly read: (file?: string) => Promise<string>;
}

async function place(options: TestHostOptions = {}, change: (host: Host) => Host = (host) => host): Promise<Run> {
  const test = await createTestHost(options);
  cleanups.push(() => test.remove());
  const host = change(test.host);
  return {
    test,
    run: (given, ...args) => init(createContext(host, given), args, given),
    read: (file = 'mcpgw.jsonc') => readFile(path.join(test.directory, file), 'utf8'),
  };
}

const ALL: InitOptions = {
  idp: 'keycloak',
  upstream: 'https://mcp.example.com/mcp',
  domain: 'sso.example.com',
  realm: 'acme',
  clientId: 'mcpgw',
  audience: 'gateway',
};

describe('init', () => {
  it('writes mcpgw.jsonc, prints its name alone, and says what is next on stderr', async () => {
    const { test, run, read } = await place();
    expect(await run(ALL)).toBe(0);
    expect(test.stdout()).toBe('mcpgw.jsonc\n');
    expect(test.stderr()).toBe(
      [
        'a starter for Keycloak was written',
        'next:',
        '  mcpgw validate mcpgw.jsonc',
        '  mcpgw login -c mcpgw.jsonc',
        "  and this entry in your MCP host's configuration:",
        `  {"command":"npx","args":["-y","mcpgw","serve"],"env":{"MCPGW_CONFIG":"${test.directory}/mcpgw.jsonc"}}`,
        '',
      ].join('\n'),
    );
    expect(plainJson(await read())).toMatchObject({
      mcpServers: {
        example: { jwt_validation: { jwksUri: expect.stringMatching(/^https:\/\/sso\.example\.com\/realms\/acme\//) } },
      },
    });
  });

  it('writes a file that a team can share: everyone may read it, its owner may write it', async () => {
    const { test, run } = await place();
    await run(ALL);
    const { mode } = await stat(path.join(test.directory, 'mcpgw.jsonc'));
    expect(mode & 0o777).toBe(0o644 & ~process.umask());
  });

  it('without a terminal keeps placeholders and lists them', async () => {
    const { test, run, read } = await place();
    expect(await run({ idp: 'okta' })).toBe(0);
    expect(test.stderr()).toContain('to be filled in:\n  YOUR_MCP_SERVER   Address of the remote MCP server, such as');
    expect(test.stderr()).toContain('  YOUR_OKTA_DOMAIN  Okta domain');
    expect(await read()).toContain('"client_id": "YOUR_CLIENT_ID"');
  });

  it('says which variables have to be set', async () => {
    const { test, run } = await place();
    await run({ idp: 'google', clientSecretEnv: 'G_SECRET' });
    expect(test.stderr()).toContain('  set G_SECRET in the environment, and in the `env` of the entry below\n');
  });

  it('prints one JSON document with --json', async () => {
    const { test, run } = await place();
    await run({ idp: 'google', clientSecretEnv: 'G_SECRET', json: true, name: 'drive' }, "it's.jsonc");
    expect(JSON.parse(test.stdout())).toEqual({
      version: 1,
      file: "it's.jsonc",
      idp: 'google',
      placeholders: [
        { pointer: '/mcpServers/drive/url', what: 'Address of the remote MCP server', flag: '--upstream' },
        {
          pointer: '/mcpServers/drive/external_auth_config/client_id',
          what: 'Client ID of an OAuth client of the type Desktop app',
          flag: '--client-id',
        },
      ],
      variables: ['G_SECRET'],
      next: [String.raw`mcpgw validate 'it'\''s.jsonc'`, String.raw`mcpgw login -c 'it'\''s.jsonc'`],
      host_entry: {
        command: 'npx',
        args: ['-y', 'mcpgw', 'serve'],
        env: { MCPGW_CONFIG: path.join(test.directory, "it's.jsonc") },
      },
    });
    expect(test.stderr()).toBe('');
  });

  it('names each gap of a text that has two, and no gap for the start of a longer word', async () => {
    const { test, run } = await place();
    await run({ idp: 'descope', json: true });
    const { placeholders } = JSON.parse(test.stdout()) as { placeholders: { pointer: string; flag: string }[] };
    expect(placeholders.map(({ pointer, flag }) => `${pointer.replace('/mcpServers/upstream', '')} ${flag}`)).toEqual([
      '/url --upstream',
      '/jwt_validation/jwksUri --issuer',
      '/jwt_validation/claimValues/iss/values --issuer',
      '/jwt_validation/claimValues/aud/values/0 --audience',
      '/external_auth_config/issuer --issuer',
      '/external_auth_config/client_id --client-id',
    ]);
  });

  it('prints the document for -, and writes nothing', async () => {
    const { test, run } = await place();
    expect(await run(ALL, '-')).toBe(0);
    expect(plainJson(test.stdout())).toHaveProperty('mcpServers.example');
    expect(test.stderr()).toBe('');
    expect(await readdir(test.directory)).toEqual([]);
  });

  it('has the text in the JSON for -', async () => {
    const { test, run } = await place();
    await run({ ...ALL, json: true }, '-');
    expect(JSON.parse(test.stdout())).toMatchObject({
      file: null,
      placeholders: [],
      next: [],
      text: expect.stringMatching(/^\/\/ A starter for Keycloak/),
    });
  });

  it('says nothing but the result with --quiet', async () => {
    const { test, run } = await place();
    await run({ idp: 'entra', quiet: true });
    expect([test.stdout(), test.stderr()]).toEqual(['mcpgw.jsonc\n', '']);
  });
});

describe('init overwrites nothing', () => {
  const TAKEN = { exitCode: 2, message: 'mcpgw.jsonc is there already, and init overwrites nothing' };

  it('that is a file', async () => {
    const { test, run, read } = await place();
    await writeFile(path.join(test.directory, 'mcpgw.jsonc'), 'mine');
    await expect(run(ALL)).rejects.toMatchObject({ ...TAKEN, hint: expect.stringContaining('name another file') });
    expect(await read()).toBe('mine');
    expect(test.stdout()).toBe('');
  });

  it('that is a directory, or a link that leads somewhere or nowhere', async () => {
    const { test, run } = await place();
    await mkdir(path.join(test.directory, 'directory'));
    await writeFile(path.join(test.directory, 'target'), 'mine');
    await symlink('target', path.join(test.directory, 'link'));
    await symlink('nowhere', path.join(test.directory, 'dangling'));
    for (const name of ['directory', 'directory/', 'link', 'dangling', '.', '']) {
      await expect(run(ALL, name)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('there already'),
      });
    }
    expect((await readdir(test.directory)).toSorted()).toEqual(['dangling', 'directory', 'link', 'target']);
    expect(await readFile(path.join(test.directory, 'target'), 'utf8')).toBe('mine');
  });

  it('that comes into being while it works', async () => {
    const { run, read } = await place({
      files: (real) => ({
        ...real,
        createDurably: async (file, data, mode) => {
          await writeFile(file, 'theirs');
          await real.createDurably(file, data, mode);
        },
      }),
    });
    await expect(run(ALL)).rejects.toMatchObject(TAKEN);
    expect(await read()).toBe('theirs');
  });

  it('of ten that start at once, nine are told so', async () => {
    const { run, read } = await place();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => run(ALL)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(TAKEN);
    expect(plainJson(await read())).toHaveProperty('mcpServers.example');
  });

  it('and makes no directories', async () => {
    const { run } = await place();
    await expect(run(ALL, 'no/such.jsonc')).rejects.toMatchObject({
      exitCode: 2,
      message: 'cannot write no/such.jsonc: there is no such directory',
    });
  });

  describe('and when a write fails', () => {
    const failing = (syscall: string | undefined) => (file: string) =>
      writeFile(file, '{ "half').then(() =>
        Promise.reject(Object.assign(new Error('no'), { code: 'ENOSPC', ...(syscall && { syscall }) })),
      );

    it.each(['write', 'fsync', 'close'])(
      'removes what it created itself (%s), so that it can be tried again',
      async (call) => {
        let isFull = true;
        const { test, run, read } = await place({
          files: (real) => ({
            ...real,
            createDurably: (...args) => (isFull ? failing(call)(args[0]) : real.createDurably(...args)),
          }),
        });
        await expect(run(ALL)).rejects.toMatchObject({ exitCode: 3, message: 'cannot write mcpgw.jsonc: ENOSPC' });
        expect(await readdir(test.directory)).toEqual([]);
        isFull = false;
        expect(await run(ALL)).toBe(0);
        expect(plainJson(await read())).toHaveProperty('mcpServers.example');
      },
    );

    it.each(['open', undefined])('removes nothing that may be of somebody else (%s)', async (call) => {
      const { run, read } = await place({ files: (real) => ({ ...real, createDurably: failing(call) }) });
      await expect(run(ALL)).rejects.toMatchObject({ exitCode: 3 });
      expect(await read()).toBe('{ "half');
    });

    it('says why it failed also when it cannot remove it', async () => {
      const { run } = await place({
        files: (real) => ({ ...real, createDurably: failing('write'), remove: () => Promise.reject(new Error('no')) }),
      });
      await expect(run(ALL)).rejects.toMatchObject({ exitCode: 3, message: 'cannot write mcpgw.jsonc: ENOSPC' });
    });
  });

  it('and says why a disk did not take it', async () => {
    const { run } = await place({
      files: (real) => ({
        ...real,
        createDurably: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })),
      }),
    });
    await expect(run(ALL)).rejects.toMatchObject({
      exitCode: 3,
      message: 'cannot write mcpgw.jsonc: permission denied',
    });
  });
});

const NO_STARTER = 'there is no starter for this identity provider';

describe('a wrong question', () => {
  it.each<[string, InitOptions, { message: string; hint: string }]>([
    [
      'no provider',
      {},
      {
        message: 'no identity provider was named',
        hint: '--idp takes okta, auth0, entra, cognito, descope, keycloak, google, generic',
      },
    ],
    ['a slip', { idp: 'otka' }, { message: NO_STARTER, hint: 'did you mean okta?' }],
    ['a stranger', { idp: 'ping' }, { message: NO_STARTER, hint: 'generic is for every other one' }],
    ['a number', { idp: '1' }, { message: NO_STARTER, hint: 'generic' }],
    ['nothing', { idp: '' }, { message: NO_STARTER, hint: 'generic' }],
    ['a name of every object', { idp: 'constructor' }, { message: NO_STARTER, hint: 'generic' }],
    [
      'a flag of another provider',
      { idp: 'google', domain: 'x.example' },
      {
        message: '--idp google has no use for --domain',
        hint: 'it takes --upstream, --client-id, --client-secret-env',
      },
    ],
    [
      'a bad value',
      { idp: 'entra', tenant: 'common' },
      { message: '--tenant must be a GUID, as the portal shows it', hint: 'Directory (tenant) ID, such as' },
    ],
    [
      'a bad upstream',
      { idp: 'okta', upstream: 'http://a.example' },
      {
        message: '--upstream must be an https address: plain http is for this machine alone',
        hint: 'https://mcp.example.com/mcp',
      },
    ],
    [
      'a bad name',
      { idp: 'okta', name: 'a b' },
      {
        message: '--name must be of letters, digits, dots, dashes and underscores, and start with a letter or digit',
        hint: 'linear',
      },
    ],
    [
      'a secret',
      { idp: 'google', clientSecretEnv: 'GOCSPX-s3cr3t' },
      {
        message: '--client-secret-env must be the name of an environment variable, not the secret that is in it',
        hint: 'GOOGLE_CLIENT_SECRET',
      },
    ],
  ])('%s is told so, and nothing is written', async (_what, options, { message, hint }) => {
    const { test, run } = await place();
    await expect(run(options)).rejects.toMatchObject({ exitCode: 2, message, hint: expect.stringContaining(hint) });
    expect(await readdir(test.directory)).toEqual([]);
  });
});

interface Terminal extends Run {
  readonly type: (text: string) => void;
  readonly hangUp: () => void;
  /** Resolves once stderr ends with the text, written since the last time. */
  readonly prompted: (text: string) => Promise<void>;
  readonly screen: () => string;
}

/** A person at a terminal: stdin and stderr are TTYs. */
async function terminal(options: TestHostOptions = {}): Promise<Terminal> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  let screen = '';
  let seen = 0;
  const watchers = new Set<() => void>();
  const stderr = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        screen += chunk.toString();
        for (const look of watchers) look();
        done();
      },
    }),
    { isTTY: true },
  );
  const placed = await place({ ...options, stdin }, (host) => ({ ...host, stdio: { ...host.stdio, stdin, stderr } }));
  return {
    ...placed,
    type: (text) => void stdin.write(text),
    hangUp: () => void stdin.end(),
    screen: () => screen,
    prompted: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!screen.slice(seen).endsWith(text)) return;
          seen = screen.length;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}

describe('at a terminal', () => {
  it('asks for the provider and for each value, with its example; Enter keeps the placeholder', async () => {
    const { test, run, type, prompted, screen, read } = await terminal();
    const done = run({});
    await prompted('Which identity provider? ');
    expect(screen()).toContain('  1  okta      Okta\n');
    expect(screen()).toContain('  8  generic   any other OpenID Connect provider\n');
    type('azure\n');
    await prompted('Which identity provider? ');
    expect(screen()).toContain('generic is for every other one');
    type('6\n');
    await prompted('Address of the remote MCP server (such as https://mcp.example.com/mcp): ');
    type('http://a.example/\n');
    await prompted('Address of the remote MCP server (such as https://mcp.example.com/mcp): ');
    expect(screen()).toContain('  it must be an https address: plain http is for this machine alone\n');
    type('https://mcp.linear.app/mcp\n');
    await prompted('Address of Keycloak, with its path when it has one (such as keycloak.example.com): ');
    type('sso.example.com\n');
    await prompted('Realm (such as acme): ');
    type('acme\n');
    await prompted('Client ID (such as mcpgw): ');
    type('\n');
    await prompted('Audience that the mapper adds for this gateway (such as https://gateway.example.com/mcp): ');
    type('gateway\n');
    expect(await done).toBe(0);
    expect(test.stdout()).toBe('mcpgw.jsonc\n');
    expect(plainJson(await read())).toMatchObject({
      mcpServers: {
        linear: {
          url: 'https://mcp.linear.app/mcp',
          jwt_validation: { claimValues: { iss: { values: 'https://sso.example.com/realms/acme' } } },
          external_auth_config: { client_id: 'YOUR_CLIENT_ID' },
        },
      },
    });
    expect(screen()).toContain('  YOUR_CLIENT_ID  Client ID, such as mcpgw\n');
  });

  it('asks for nothing that a flag says, and shows what Enter takes', async () => {
    const { run, type, prompted, screen, read } = await terminal();
    const done = run({ idp: 'okta', upstream: 'mcp.example.com', domain: 'dev-1.okta.com', clientId: 'c' });
    await prompted('Audience of the authorization server (Enter for api://default): ');
    expect(screen()).toBe('Audience of the authorization server (Enter for api://default): ');
    type('\n');
    expect(await done).toBe(0);
    expect(await read()).toContain('"values": ["api://default"]');
    const silent = await terminal();
    expect(await silent.run(ALL)).toBe(0);
    expect(silent.screen()).not.toContain('?');
    expect(silent.screen()).not.toContain('such as');
  });

  it('takes lines that were pasted at once', async () => {
    const { run, type, read } = await terminal();
    const done = run({});
    type('keycloak\nhttps://mcp.example.com/mcp\nsso.example.com\r\nacme\nmcpgw\ngateway\n');
    expect(await done).toBe(0);
    expect(await read()).toContain('"https://sso.example.com/realms/acme"');
    expect(await read()).not.toContain('YOUR_');
  });

  it('keeps placeholders for the rest at the end of input', async () => {
    const { run, type, hangUp, prompted, read } = await terminal();
    const done = run({ idp: 'auth0' });
    await prompted('(such as https://mcp.example.com/mcp): ');
    type('https://mcp.example.com/mcp\n');
    await prompted('(such as acme.eu.auth0.com): ');
    hangUp();
    expect(await done).toBe(0);
    expect(await read()).toContain('"issuer": "https://YOUR_AUTH0_DOMAIN/"');
  });

  it('cannot go on without a provider at the end of input', async () => {
    const { test, run, hangUp, prompted } = await terminal();
    const done = run({});
    await prompted('Which identity provider? ');
    hangUp();
    await expect(done).rejects.toMatchObject({ exitCode: 2, message: 'no identity provider was named' });
    expect(await readdir(test.directory)).toEqual([]);
  });

  it.each([
    ['Which identity provider? ', {}],
    ['mcp.example.com/mcp): ', { idp: 'okta' }],
  ])('ends with 130 on Ctrl-C at %j, and nothing is written', async (prompt, options) => {
    const { test, run, prompted } = await terminal();
    const done = run(options);
    await prompted(prompt);
    test.signal('SIGINT');
    await expect(done).rejects.toMatchObject({ exitCode: 130, message: 'interrupted: nothing was written' });
    expect(await readdir(test.directory)).toEqual([]);
  });

  it('reads every flag before it asks anything', async () => {
    const { run, screen } = await terminal();
    await expect(run({ idp: 'keycloak', realm: 'a/b' })).rejects.toMatchObject({ exitCode: 2 });
    expect(screen()).toBe('');
  });

  it('sees that a file is there before it asks anything', async () => {
    const { test, run, screen } = await terminal();
    await writeFile(path.join(test.directory, 'mcpgw.jsonc'), '');
    await expect(run({})).rejects.toMatchObject({ exitCode: 2 });
    expect(screen()).toBe('');
  });

  it.each<[string, InitOptions, TestHostOptions]>([
    ['CI', { idp: 'okta' }, { env: { CI: 'true' } }],
    ['--json', { idp: 'okta', json: true }, {}],
    ['--quiet', { idp: 'okta', quiet: true }, {}],
  ])('asks nothing with %s', async (_what, options, world) => {
    const { run, screen, read } = await terminal(world);
    expect(await run(options)).toBe(0);
    expect(screen()).not.toContain('): ');
    expect(await read()).toContain('YOUR_OKTA_DOMAIN');
  });
});
