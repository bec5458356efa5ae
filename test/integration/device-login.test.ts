// `login --device` against a real identity provider: the code is shown here and entered in a browser elsewhere.
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createBrowser, type Visit } from '../support/browser.js';
import {
  startIdentityProvider,
  type IdentityProviderOptions,
  type RunningIdentityProvider,
} from '../support/identity-provider.js';
import { login, type LoginOptions } from '../../src/cli/commands/login.js';
import { token } from '../../src/cli/commands/token.js';
import { createContext } from '../../src/cli/context.js';
import { createTestHost, type TestHost } from '../support/test-host.js';

const PATIENCE = { timeout: 30_000 };
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Stage {
  readonly idp: RunningIdentityProvider;
  readonly test: TestHost;
  readonly login: (options?: LoginOptions) => Promise<number>;
}

async function stage(options: IdentityProviderOptions = {}, external: object = {}): Promise<Stage> {
  const idp = await startIdentityProvider({ device: 'also', ...options });
  cleanups.push(() => idp.close());
  const test = await createTestHost();
  cleanups.push(() => test.remove());
  const config = {
    mcpServers: { demo: { url: 'https://mcp.example.com/mcp' } },
    external_auth_config: { ...idp.externalAuthConfig, scope: 'openid', ...external },
  };
  await writeFile(path.join(test.directory, 'mcpgw.json'), JSON.stringify(config), { mode: 0o600 });
  const flags = { config: 'mcpgw.json', credentialStore: 'file', timeout: '20' } as const;
  return {
    idp,
    test,
    login: (more = {}) => login(createContext(test.host, more), [], { ...flags, device: true, ...more }),
  };
}

/** The person at the other device: opens the page that has the code in it, and goes on to the end. */
async function enterCode({ test }: Stage): Promise<Visit> {
  const [, uri = ''] = await test.stderrMatching(/which has the code in it:\n\n {2}(\S+)\n/);
  const browser = createBrowser();
  const answers = (form: string): Record<string, string> => ({
    ...Object.fromEntries(
      [...form.matchAll(/name="(\w+)"[^>]*?value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
    ),
    ...Object.fromEntries(
      [...form.matchAll(/value="([^"]*)"[^>]*?name="(\w+)"/g)].map(([, value = '', name = '']) => [name, value]),
    ),
  });
  const action = new URL('/device', uri).href;
  const first = await browser.visit(uri);
  const confirm = await browser.visit(action, answers(first.text));
  return browser.visit(action, answers(confirm.text));
}

describe('a login on another device', () => {
  it('shows an address and a code, and is kept once the code was entered', PATIENCE, async () => {
    const one = await stage();
    const done = one.login();
    const page = await enterCode(one);
    expect(page.text).toBe('the device is logged in');
    expect(await done).toBe(0);
    expect(one.test.opened).toEqual([]);
    expect(one.test.stderr()).toMatch(
      /on any device:\n\n {2}http:\S+\/device\n\nand enter this code there:\n\n {2}[A-Z-]+\n/,
    );
    expect(one.test.stderr()).toContain(`logged in at ${one.idp.issuer} as ana`);
    const context = createContext(one.test.host, {});
    expect(await token(context, [], { config: 'mcpgw.json', credentialStore: 'file' })).toBe(0);
    expect(one.test.stdout()).toMatch(/^eyJ/);
    expect(one.idp.requests).not.toContain('GET /auth');
  });

  it('is how to log in where the provider has nothing else', PATIENCE, async () => {
    const one = await stage({ device: 'only' });
    const done = one.login({ device: false });
    await enterCode(one);
    expect(await done).toBe(0);
  });

  it('needs a provider that has it', PATIENCE, async () => {
    const idp = await startIdentityProvider();
    cleanups.push(() => idp.close());
    const one = await stage({}, idp.externalAuthConfig);
    await expect(one.login()).rejects.toMatchObject({
      code: 'IDP_FAILED',
      message: expect.stringContaining('has no device_authorization_endpoint'),
    });
  });

  it('is refused when the person refuses it', PATIENCE, async () => {
    const one = await stage({ consents: false });
    const done = one.login();
    const failed = expect(done).rejects.toMatchObject({
      code: 'LOGIN_REFUSED',
      message: expect.stringContaining('access_denied'),
    });
    await enterCode(one);
    await failed;
  });

  it('ends in time when nobody enters the code, and leaves nothing', PATIENCE, async () => {
    const one = await stage();
    await expect(one.login({ timeout: '1' })).rejects.toMatchObject({ code: 'TIMEOUT', exitCode: 3 });
    const context = createContext(one.test.host, {});
    await expect(token(context, [], { config: 'mcpgw.json', credentialStore: 'file' })).rejects.toMatchObject({
      code: 'LOGIN_REQUIRED',
    });
  });

  it('ends when it is interrupted', PATIENCE, async () => {
    const one = await stage();
    const done = expect(one.login()).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    await one.test.stderrMatching(/enter this code/);
    one.test.signal('SIGINT');
    await done;
  });

  it('waits through a provider that cannot be reached for a while, and is told to slow down', PATIENCE, async () => {
    const polls: string[] = [];
    const one = await stage({
      intercept: async (request, response) => {
        if (request.method !== 'POST' || request.url !== '/token') return false;
        polls.push('asked');
        if (polls.length === 1) {
          request.socket.destroy();
          return true;
        }
        if (polls.length > 2) return false;
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"authorization_pending"}');
        return true;
      },
    });
    const done = one.login({ timeout: '25' });
    await enterCode(one);
    expect(await done).toBe(0);
    expect(polls.length).toBe(3);
    expect(one.test.stderr()).toContain('could not be asked; asking again');
  });

  it.each([
    ['javascript:alert(1)', 'no https address'],
    ['http://idp.example.com/device', 'no https address'],
    ['file:///etc/passwd', 'no https address'],
  ])('shows no address but a web page: %s', PATIENCE, async (verification_uri, words) => {
    const one = await stage({
      intercept: async (request, response) => {
        if (request.url !== '/device/auth') return false;
        const answer = { device_code: 'd', user_code: 'U', verification_uri, expires_in: 600 };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        return true;
      },
    });
    await expect(one.login()).rejects.toMatchObject({ code: 'IDP_FAILED', message: expect.stringContaining(words) });
    expect(one.test.stderr()).not.toContain(verification_uri);
  });

  it('writes out what a terminal could obey', PATIENCE, async () => {
    const one = await stage({
      intercept: async (request, response) => {
        if (request.url !== '/device/auth') return false;
        const verification_uri = 'https://idp.example.com/device';
        const answer = { device_code: 'd', user_code: 'A\u001b[2J\nB', verification_uri, expires_in: 1, interval: 1 };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        return true;
      },
    });
    await expect(one.login()).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(one.test.stderr()).toContain('A\\u001b[2J\\u000aB');
  });

  it.each([{ port: '8914' }, { browser: false }])('has no place for %j', PATIENCE, async (more) => {
    const one = await stage();
    await expect(one.login(more)).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(one.idp.requests).toEqual([]);
  });
});
