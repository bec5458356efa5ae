// The whole login in a real browser, and the page that ends it: what it shows, in light and dark, and what it does not
// hold, load or leave behind. Without Chromium the tests are skipped, and their title says so.
import { once } from 'node:events';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium, missingChromium } from '../support/chromium.js';
import { createSandbox, finished, type CliResult, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';

const missing = missingChromium();
if (missing !== undefined) process.stderr.write(`test/e2e/callback-page.test.ts: ${missing}\n`);

interface Login {
  readonly url: string;
  readonly ended: Promise<CliResult>;
}

describe.skipIf(missing !== undefined)(`a login in Chromium${missing ? ` (${missing})` : ''}`, () => {
  let browser: Browser;
  let sandbox: Sandbox;
  let idp: RunningIdentityProvider;
  let consents: boolean;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    sandbox = await createSandbox();
    consents = true;
  });
  afterEach(async () => {
    await idp.close();
    await sandbox.remove();
  });

  async function startLogin(): Promise<Login> {
    idp = await startIdentityProvider({ consents });
    const config = await sandbox.file('mcpgw.json', { external_auth_config: idp.externalAuthConfig });
    const child = sandbox.start(['login', '-c', config, '--no-browser', '--timeout', '40']);
    child.stdin.end();
    const ended = finished(child);
    let said = '';
    while (!/^ {2}(http\S+)$/m.test(said)) said += String((await once(child.stderr, 'data'))[0]);
    return { url: /^ {2}(http\S+)$/m.exec(said)?.[1] ?? '', ended };
  }

  interface Seen {
    readonly page: Page;
    readonly context: BrowserContext;
    /** Requests to anybody but the identity provider and the waiting login, and what the page complained of. */
    readonly wrong: readonly string[];
  }

  async function open(colorScheme: 'light' | 'dark' = 'light'): Promise<Seen> {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on('request', (request) => {
      const { hostname, pathname } = new URL(request.url());
      if (hostname !== '127.0.0.1' || /\.(?:css|js|png|svg|woff2?)$/.test(pathname)) wrong.push(request.url());
    });
    page.on('console', (message) => {
      // Chromium's own request for an icon, which there is none of.
      if (!message.location().url.endsWith('/favicon.ico')) wrong.push(message.text());
    });
    page.on('pageerror', (error) => wrong.push(error.message));
    return { page, context, wrong };
  }

  async function historyOf({ page, context }: Seen): Promise<readonly string[]> {
    const session = await context.newCDPSession(page);
    const { entries } = await session.send('Page.getNavigationHistory');
    return entries.map(({ url }) => url);
  }

  it.each(['light', 'dark'] as const)('ends on a page that says so, in %s, and keeps nothing', async (scheme) => {
    const { url, ended } = await startLogin();
    const seen = await open(scheme);
    const { page } = seen;
    await page.goto(url);
    expect(await page.textContent('h1')).toBe('You are logged in');
    // As text: the types of this project know no document.
    const shown = await page.evaluate<readonly string[]>(
      '(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.body))',
    );
    // The style sheet was allowed by its hash.
    expect(shown).toEqual(
      scheme === 'light' ? ['rgb(255, 255, 255)', 'rgb(28, 32, 36)'] : ['rgb(22, 24, 27)', 'rgb(232, 234, 237)'],
    );
    expect(seen.wrong).toEqual([]);
    const places = [page.url(), ...(await historyOf(seen)), await page.content()];
    for (const place of places) expect(place).not.toMatch(/code=|state=[^"]|iss=http/);
    expect(new URL(page.url()).pathname).toBe('/outcome');
    expect(await ended).toMatchObject({ code: 0 });
    await seen.context.close();
  });

  it.each(['light', 'dark'] as const)('that was refused says so, in %s', async (scheme) => {
    consents = false;
    const { url, ended } = await startLogin();
    const seen = await open(scheme);
    await seen.page.goto(url);
    expect(await seen.page.textContent('h1')).toBe('The login did not work');
    expect(seen.wrong).toEqual([]);
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining('access_denied') });
    await seen.context.close();
  });

  it('of another state, and a second visit, are told what they are', async () => {
    const { url, ended } = await startLogin();
    const redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
    const seen = await open();
    await seen.page.goto(`${redirect}?code=old&state=expired`);
    expect(await seen.page.textContent('h1')).toBe('This is not the login that is waiting');
    const state = new URL(url).searchParams.get('state');
    await seen.page.goto(url);
    expect(await seen.page.textContent('h1')).toBe('You are logged in');
    // Within the 2 s that the address still answers.
    const again = await seen.page.goto(`${redirect}?code=again&state=${state}`).catch(() => undefined);
    if (again !== undefined && again !== null) expect(await seen.page.textContent('h1')).toBe('Already done');
    expect(await ended).toMatchObject({ code: 0 });
    await seen.context.close();
  });
});
