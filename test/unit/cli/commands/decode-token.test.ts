import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeToken, type DecodeTokenOptions } from '../../../../src/cli/commands/decode-token.js';
import { createContext } from '../../../../src/cli/context.js';
import { tokenTimes } from '../../../../src/cli/render/token-times.js';
import { encodePart, NOW_MS, NOW_SECONDS } from '../../../support/jwt.js';
import { createTestHost, type TestHost } from '../../../support/test-host.js';

const hosts: TestHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.remove()));
});

interface Given {
  readonly token?: string;
  readonly piped?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: DecodeTokenOptions;
}

async function run({ token, piped, env = {}, options = {} }: Given): Promise<{ code: number; stdout: string }> {
  const stdin = new PassThrough();
  stdin.end(piped ?? '');
  const test = await createTestHost({ stdin, env });
  hosts.push(test);
  const code = await decodeToken(createContext(test.host, options), token === undefined ? [] : [token], options);
  return { code, stdout: test.stdout() };
}

const header = encodePart({ alg: 'RS256', kid: 'k' });
const expired = Math.floor(Date.now() / 1000) - 200;
const token = `${header}.${encodePart({ sub: 'ana', exp: expired })}.AAAA`;

describe('decode-token', () => {
  it('shows header, payload and times, and first of all that nothing was verified', async () => {
    const { code, stdout } = await run({ token });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^NOT VERIFIED/);
    expect(stdout).toContain('"kid": "k"');
    expect(stdout).toContain('"sub": "ana"');
    expect(stdout).toContain(`${new Date(expired * 1000).toISOString()}  expired 3 min ago`);
    expect(stdout).not.toContain(token);
    expect(stdout).not.toContain('AAAA');
  });

  it('reads a pipe, a variable, and a leading Bearer', async () => {
    expect((await run({ piped: `Bearer ${token}\n` })).stdout).toContain('"sub": "ana"');
    expect((await run({ token: '-', piped: token })).stdout).toContain('"sub": "ana"');
    expect((await run({ env: { T: token }, options: { tokenEnv: 'T' } })).stdout).toContain('"sub": "ana"');
  });

  it('prints one versioned document with --json', async () => {
    expect(JSON.parse((await run({ token, options: { json: true } })).stdout)).toEqual({
      version: 1,
      verified: false,
      header: { alg: 'RS256', kid: 'k' },
      payload: { sub: 'ana', exp: expired },
      times: [{ claim: 'exp', iso: new Date(expired * 1000).toISOString(), relative: 'expired 3 min ago' }],
    });
  });

  it('says where a token is malformed, and exits 1', async () => {
    const offset = header.length + 1;
    await expect(run({ token: `${header}.a*.AAAA` })).rejects.toMatchObject({
      exitCode: 1,
      message: `the payload of the token is malformed at character ${offset + 1}: a character is not of the base64url alphabet`,
      details: { part: 'payload', offset: offset + 1 },
    });
    await expect(run({ token: 'abc' })).rejects.toMatchObject({ exitCode: 1, details: { part: 'token', offset: 0 } });
    await expect(run({ token: `${header}.${'A'.repeat(70_000)}.AAAA` })).rejects.toMatchObject({ exitCode: 1 });
  });

  it('exits 2 without a token', async () => {
    await expect(run({})).rejects.toMatchObject({ exitCode: 2, message: 'no token was given' });
  });
});

describe('times of a token', () => {
  it.each([
    ['exp', 0, 'expired now'],
    ['exp', -59, 'expired 59 s ago'],
    ['exp', -60, 'expired 1 min ago'],
    ['exp', 3599, 'expires in 59 min'],
    ['exp', 3600, 'expires in 1 h'],
    ['exp', 48 * 3600, 'expires in 2 d'],
    ['nbf', 30, 'not valid before in 30 s'],
    ['nbf', -30, 'valid since 30 s ago'],
    ['iat', -7200, 'issued 2 h ago'],
    ['auth_time', -1, 'signed in 1 s ago'],
  ])('%s at %i s from now is "%s"', (claim, offset, relative) => {
    expect(tokenTimes({ [claim]: NOW_SECONDS + offset }, NOW_MS)).toMatchObject([{ claim, relative }]);
  });

  it.each([['soon'], [null], [1e300], [{}]])('are not a time when they are %j', (value) => {
    expect(tokenTimes({ exp: value }, NOW_MS)).toEqual([{ claim: 'exp', iso: undefined, relative: 'not a time' }]);
  });
});
