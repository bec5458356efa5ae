import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/log.js';
import { chooseRedirect } from '../../../src/oauth/loopback/redirect-uri.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

let test: TestHost;
beforeEach(async () => {
  test = await createTestHost();
});
afterEach(() => test.remove());

function choose(configured: string | undefined, port?: number) {
  const log = createLog({ host: test.host, level: 'warn', format: 'text' });
  return chooseRedirect({ configured, port, log });
}

describe('the redirect', () => {
  it('is a free port of 127.0.0.1 by default, or the port of --port', () => {
    expect(choose(undefined)).toEqual({ hostname: '127.0.0.1', port: 0, path: '/callback' });
    expect(choose(undefined, 8914)).toEqual({ hostname: '127.0.0.1', port: 8914, path: '/callback' });
  });

  it('takes host, port and path of a configured loopback redirect_uri', () => {
    expect(choose('http://127.0.0.1:8914/cb')).toEqual({ hostname: '127.0.0.1', port: 8914, path: '/cb' });
    expect(choose('http://localhost:8914')).toEqual({ hostname: 'localhost', port: 8914, path: '/' });
    expect(choose('http://[::1]/cb')).toEqual({ hostname: '[::1]', port: 0, path: '/cb' });
    expect(choose('http://127.0.0.1:8914/cb', 9000)).toMatchObject({ port: 9000, path: '/cb' });
    expect(test.stderr()).toBe('');
  });

  it.each([
    'https://gateway.example.com/oauth/callback',
    'https://127.0.0.1:8914/callback',
    'http://192.168.1.5/callback',
    'http://127.0.0.1.evil.example/callback',
    'myapp://callback',
  ])('ignores %s with a warning', (configured) => {
    expect(choose(configured)).toEqual({ hostname: '127.0.0.1', port: 0, path: '/callback' });
    expect(test.stderr()).toContain('is ignored');
  });
});
