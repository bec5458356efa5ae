import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../../../support/cli.js';

const CHECKED_IN = readFileSync(new URL('../../../../schema/mcpgw.schema.json', import.meta.url), 'utf8');

describe('mcpgw schema', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox();
  });
  afterAll(() => sandbox.remove());

  it.each([[[]], [['--json']], [['--quiet']]])(
    'prints the document that is checked in, and nothing else: %j',
    async (flags) => {
      expect(await sandbox.run(['schema', ...flags])).toEqual({
        code: 0,
        signal: null,
        stdout: CHECKED_IN,
        stderr: '',
      });
    },
  );

  it('reads no configuration, not even a broken one that stands here', async () => {
    await sandbox.file('mcpgw.json', '{');
    expect(await sandbox.run(['schema'], { env: { MCPGW_CONFIG: '/no/such/file' } })).toMatchObject({ code: 0 });
  });

  it('takes no argument', async () => {
    expect(await sandbox.run(['schema', 'mcpgw.json'])).toMatchObject({ code: 2, stdout: '' });
  });
});
