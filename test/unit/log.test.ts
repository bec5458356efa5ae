import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../src/log.js';
import { createTestHost, type TestHost } from '../support/test-host.js';

let world: TestHost;
beforeEach(async () => {
  world = await createTestHost();
});
afterEach(() => world.remove());

test('a JSON line stays JSON when something in it is redacted', () => {
  const log = createLog({ host: world.host, level: 'info', format: 'json' });
  log.info('asked "https://idp.example/?code=abc"', { why: 'Bearer abcdefgh12345678', code: 'ECONNREFUSED' });
  expect(JSON.parse(world.stderr())).toMatchObject({
    level: 'info',
    message: 'asked "https://idp.example/?code=[secret]"',
    why: 'Bearer [secret]',
    code: 'ECONNREFUSED',
  });
});

test('a text line is redacted whole', () => {
  const log = createLog({ host: world.host, level: 'info', format: 'text' });
  log.info('asked', { token: 'abc' });
  expect(world.stderr()).toBe('mcpgw: info: asked token=[secret]\n');
});
