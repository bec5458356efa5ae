import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../../src/net/proxy.js';
import { ProxyFailure } from '../../../src/net/proxy-failure.js';
import { namesProxy } from '../../../src/net/proxy-variables.js';

type Env = Readonly<Record<string, string>>;

/** The origin of the proxy, `direct`, or the failure's message. */
function way(url: string, env: Env): string {
  try {
    return proxyFor(new URL(url), env)?.origin ?? 'direct';
  } catch (error) {
    if (error instanceof ProxyFailure) return error.message;
    throw error;
  }
}

const P = 'http://proxy.corp:3128';

describe('the proxy of a URL', () => {
  it.each<[string, Env, string]>([
    ['https://a.example/', {}, 'direct'],
    ['https://a.example/', { HTTPS_PROXY: P }, P],
    ['https://a.example/', { https_proxy: P }, P],
    ['https://a.example/', { https_proxy: P, HTTPS_PROXY: 'http://other:1' }, P],
    ['https://a.example/', { https_proxy: '', HTTPS_PROXY: P }, P],
    ['https://a.example/', { HTTPS_PROXY: ' ' }, 'direct'],
    ['https://a.example/', { HTTP_PROXY: P }, 'direct'],
    ['http://a.example/', { HTTP_PROXY: P }, P],
    ['http://a.example/', { HTTPS_PROXY: P }, 'direct'],
    ['https://a.example/', { ALL_PROXY: P }, P],
    ['http://a.example/', { all_proxy: P }, P],
    ['https://a.example/', { ALL_PROXY: 'http://other:1', HTTPS_PROXY: P }, P],
    // One that does not count is not looked at.
    ['https://a.example/', { ALL_PROXY: 'socks5://other:1', HTTPS_PROXY: P }, P],
    ['https://a.example/', { HTTPS_PROXY: 'https://proxy.corp' }, 'https://proxy.corp'],
    ['https://a.example/', { HTTPS_PROXY: 'proxy.corp:3128' }, P],
    ['https://a.example/', { HTTPS_PROXY: 'http://proxy.corp:3128/ignored?x#y' }, P],
    ['https://a.example/', { HTTPS_PROXY: 'http://[::1]:3128' }, 'http://[::1]:3128'],
    ['https://a.example/', { HTTPS_PROXY: ` ${P} ` }, P],
  ])('%s with %o is %s', (url, env, expected) => {
    expect(way(url, env)).toBe(expected);
  });

  it.each([
    'http://localhost/',
    'https://localhost:8443/mcp',
    'https://localhost./',
    'https://LOCALHOST/',
    'https://app.localhost/',
    'http://127.0.0.1:1/',
    'https://127.9.8.7/',
    'http://2130706433/',
    'http://0x7f.1/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
  ])('%s is this machine, and never asked through a proxy', (url) => {
    expect(way(url, { HTTPS_PROXY: P, HTTP_PROXY: P, ALL_PROXY: P, NO_PROXY: 'other.example' })).toBe('direct');
    expect(way(url, { ALL_PROXY: 'socks5://x:1' })).toBe('direct');
  });

  it.each(['https://localhost.example/', 'https://127.0.0.1.example/', 'https://[::ffff:10.0.0.1]/', 'https://[::2]/'])(
    '%s is not this machine',
    (url) => {
      expect(way(url, { HTTPS_PROXY: P })).toBe(P);
    },
  );

  it.each([
    'socks5://ana:hunter2@proxy.corp:1080',
    'socks5h://hunter2',
    'ftp://hunter2',
    'file:///hunter2',
    'javascript://hunter2',
    'http://',
    'http://:3128',
    'hunter2 proxy',
    'http://proxy.corp:hunter2',
    'http://proxy.corp:99999/hunter2',
    'http://ana:%zz@hunter2',
    'http://pro\nxy.hunter2',
    'http://proxy\u0000.hunter2',
    'http://proxy.corp\thunter2',
    '://hunter2',
    '/hunter2',
    'http:///hunter2',
  ])('a value that names none is a failure that names the variable alone: %j', (value) => {
    expect(way('https://a.example/', { https_proxy: value })).toBe(
      'the variable https_proxy names no http:// or https:// proxy',
    );
    expect(way('https://a.example/', { ALL_PROXY: value })).toContain('the variable ALL_PROXY names no');
    expect(way('https://a.example/', { https_proxy: value, no_proxy: 'a.example' })).toBe('direct');
  });

  it('has the credentials of its URL, decoded, and shows them nowhere', () => {
    const proxy = proxyFor(new URL('https://a.example/'), {
      HTTPS_PROXY: 'http://ana:p%40ss%3Aw%C3%B6rd@proxy.corp:8080',
    });
    const value = proxy?.authorization?.reveal().replace('Basic ', '') ?? '';
    expect(Buffer.from(value, 'base64').toString('utf8')).toBe('ana:p@ss:wörd');
    expect(`${inspect(proxy)} ${JSON.stringify(proxy)} ${proxy?.origin}`).not.toMatch(/ana|p@ss|p%40/);
    expect(proxyFor(new URL('https://a.example/'), { HTTPS_PROXY: P })?.authorization).toBeUndefined();
  });

  it('is there, is not, or is a failure that shows nothing of the value, whatever the variables hold', () => {
    const part = fc.constantFrom(
      'http://',
      'https://',
      'a',
      '@',
      ':',
      '/',
      '[',
      ']',
      '%',
      '.',
      '*',
      ',',
      ' ',
      '\n',
      '8',
      '::1',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, text, (value, list) => {
        const said = way('https://a.example/', { HTTPS_PROXY: value, NO_PROXY: list });
        expect(
          said === 'direct' || /^https?:\/\/[^/@]+$/.test(said) || said.startsWith('the variable HTTPS_PROXY'),
        ).toBe(true);
        expect(way('https://localhost/', { HTTPS_PROXY: value, NO_PROXY: list })).toBe('direct');
      }),
      { numRuns: 2000 },
    );
  });

  it('may be there for somebody as soon as a variable names one', () => {
    expect(namesProxy({ NO_PROXY: '*', HTTPS_PROXY: '' })).toBe(false);
    for (const name of ['HTTPS_PROXY', 'http_proxy', 'all_proxy']) expect(namesProxy({ [name]: P })).toBe(true);
  });
});

describe('NO_PROXY', () => {
  it.each<[string, string, boolean]>([
    ['a.example', 'https://a.example/', true],
    ['a.example', 'https://b.a.example/', true],
    ['a.example', 'https://ba.example/', false],
    ['a.example', 'https://a.example.com/', false],
    ['.a.example', 'https://b.a.example/', true],
    ['.a.example', 'https://a.example/', true],
    ['*.a.example', 'https://b.a.example/', true],
    ['*.a.example', 'https://a.example/', false],
    ['A.Example', 'https://a.EXAMPLE/', true],
    ['a.example.', 'https://a.example/', true],
    ['a.example', 'https://a.example./', true],
    ['bücher.example', 'https://xn--bcher-kva.example/', true],
    ['*', 'https://a.example/', true],
    ['b.example, *', 'https://a.example/', true],
    ['b.example c.example\ta.example', 'https://a.example/', true],
    [',, ,a.example,', 'https://a.example/', true],
    ['a.example:443', 'https://a.example/', true],
    ['a.example:8443', 'https://a.example/', false],
    ['a.example:8443', 'https://a.example:8443/', true],
    ['a.example:443', 'http://a.example/', false],
    ['10.1.2.3', 'https://10.1.2.3/', true],
    ['10.1.2.3', 'https://10.1.2.30/', false],
    ['1.2.3', 'https://10.1.2.3/', false],
    ['10.1.2.3:8443', 'https://10.1.2.3/', false],
    ['10.0.0.0/8', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/8', 'https://ten.example/', false],
    ['10.0.0.0/33', 'https://10.0.0.0/', false],
    ['0.0.0.0/0', 'https://10.0.0.0/', true],
    ['0.0.0.0/0', 'https://[fd00::1]/', false],
    ['::/0', 'https://10.0.0.0/', false],
    ['fd00::/8', 'https://[fd12::1]/', true],
    ['[fd00::]/8', 'https://[fd12::1]/', true],
    ['fd00::1', 'https://[fd00::1]/', true],
    ['fd00:0:0::1', 'https://[fd00::1]/', true],
    ['[fd00::1]', 'https://[fd00::1]/', true],
    ['[fd00::1]:8443', 'https://[fd00::1]:8443/', true],
    ['[fd00::1]:8443', 'https://[fd00::1]/', false],
    // What nobody understands exempts nothing.
    ['', 'https://a.example/', false],
    ['.', 'https://a.example/', false],
    ['*.', 'https://a.example/', false],
    ['**', 'https://a.example/', false],
    ['*example', 'https://a.example/', false],
    ['https://a.example', 'https://a.example/', false],
    ['a.example/', 'https://a.example/', false],
    ['x@a.example', 'https://a.example/', false],
    ['a.example:', 'https://a.example/', false],
    ['[', 'https://[fd00::1]/', false],
    ['[]', 'https://[fd00::1]/', false],
    ['/8', 'https://10.0.0.0/', false],
    [':::/8', 'https://[fd00::1]/', false],
    ['999.0.0.0/8', 'https://10.0.0.0/', false],
    ['\u0000', 'https://a.example/', false],
    ['%00,%zz', 'https://a.example/', false],
  ])('%j exempts %s: %s', (list, url, isExempt) => {
    expect(way(url, { HTTPS_PROXY: P, HTTP_PROXY: P, NO_PROXY: list })).toBe(isExempt ? 'direct' : P);
    expect(way(url, { HTTPS_PROXY: P, HTTP_PROXY: P, NO_PROXY: 'nobody.example', no_proxy: list || ' ' })).toBe(
      isExempt ? 'direct' : P,
    );
  });

  it('takes no time to speak of for a list that was made to', () => {
    const list = `${'a.'.repeat(50_000)},${'['.repeat(50_000)},${'*.'.repeat(50_000)}`;
    expect(way('https://a.example/', { HTTPS_PROXY: P, NO_PROXY: list })).toBe(P);
  });
});
