import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportFailure } from '../../../src/cli/failure.js';
import { McpgwError } from '../../../src/errors.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl';

let world: TestHost;
beforeEach(async () => {
  world = await createTestHost();
});
afterEach(() => world.remove());

async function report(error: unknown, ...args: readonly string[]): Promise<number> {
  return reportFailure({ ...world.host, args }, error);
}

describe('a failure', () => {
  it.each([['-vv'], ['-v', '-v'], ['-qvv'], ['-v', '-qv'], ['--verbose', '--verbose'], ['--verbose', '-v']])(
    'has a stack trace for %s %s',
    async (...args) => {
      await report(new McpgwError('NETWORK', 'it is down'), 'status', ...args);
      expect(world.stderr()).toContain('    at ');
    },
  );

  it.each([['-v'], ['--verbose'], ['-q'], ['--', '-vv']])('has none for %s %s', async (...args) => {
    await report(new McpgwError('NETWORK', 'it is down'), 'status', ...args);
    expect(world.stderr()).toBe('error: it is down\n');
  });

  it.each([['--json'], ['--format=json'], ['--format', 'json']])('is one JSON document with %s %s', async (...args) => {
    const error = new McpgwError('NETWORK', 'it is down', { hint: 'wait', details: { server: 'a' } });
    expect(await report(error, 'status', ...args)).toBe(3);
    expect(JSON.parse(world.stdout())).toEqual({
      version: 1,
      error: { code: 'NETWORK', message: 'it is down', hint: 'wait', server: 'a' },
    });
    expect(world.stderr()).toBe('');
  });

  it.each([['--format', 'sarif'], ['--format=junit'], ['--format', 'json', '--format', 'github'], ['--', '--json']])(
    'is told on stderr alone with %s %s',
    async (...args) => {
      await report(new McpgwError('USAGE', 'no such thing', { hint: 'ask for another' }), 'validate', ...args);
      expect(world.stdout()).toBe('');
      expect(world.stderr()).toBe('error: no such thing\nhint: ask for another\n');
    },
  );

  it.each([[[]], [['--json']]])('keeps to its lines whatever a file is called %j', async (args) => {
    const file = 'a\u001b[2J\n::error::b\u202e.json';
    await report(new McpgwError('USAGE', `cannot read ${file}`, { hint: `mcpgw validate ${file}` }), ...args);
    const text = world.stdout() + world.stderr();
    expect(text).not.toMatch(/[\u001b\u202e]|^::/m);
    expect(text).toContain('cannot read a\\u001b[2J');
    if (args.length > 0) expect(JSON.parse(text)).toMatchObject({ error: { message: `cannot read ${file}` } });
  });

  it('shows no token, neither in its words nor in its hint and details', async () => {
    const error = new McpgwError('USAGE', `what is ${TOKEN}?`, { hint: `drop ${TOKEN}`, details: { words: [TOKEN] } });
    await report(error, '--json');
    await report(error);
    await report(new CommanderError(1, 'commander.unknownOption', `error: unknown option '${TOKEN}'`), '--json');
    expect(world.stdout() + world.stderr()).toContain('[token]');
    expect(world.stdout() + world.stderr()).not.toContain(TOKEN);
  });
});
