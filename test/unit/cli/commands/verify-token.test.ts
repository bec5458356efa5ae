import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { verifyToken, type VerifyTokenOptions } from '../../../../src/cli/commands/verify-token.js';
import { createContext } from '../../../../src/cli/context.js';
import type { ExitCode } from '../../../../src/cli/exit-codes.js';
import { TOKEN_CHECKS } from '../../../../src/policy/failed-check.js';
import { generateKey, goodToken, signToken } from '../../../support/jwt.js';
import { json, raw, startLoopbackHttp } from '../../../support/loopback-http.js';
import { createTestHost, type TestHost } from '../../../support/test-host.js';

const key = generateKey('RS256', 'k1');
const other = generateKey('RS256', 'k2');
const jwks = { keys: [key.jwk] };
const claimValues = { role: { values: 'role-secret' } };
const nowSeconds = Math.floor(Date.now() / 1000);
const times = { iat: nowSeconds - 60, nbf: nowSeconds - 60, exp: nowSeconds + 3600 };
const good = goodToken(key, times);

const hosts: TestHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.remove()));
});

interface Run {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with a configuration; rejects as the command does. */
async function run(config: object, token: string | undefined, options: VerifyTokenOptions = {}): Promise<Run> {
  const test = await createTestHost();
  hosts.push(test);
  await writeFile(path.join(test.directory, 'policy.json'), JSON.stringify(config));
  const all = { config: 'policy.json', ...options };
  const code = await verifyToken(createContext(test.host, all), token === undefined ? [] : [token], all);
  expect(test.stdout() + test.stderr()).not.toContain(good.split('.')[2]);
  return { code, stdout: test.stdout(), stderr: test.stderr() };
}

describe('verify-token', () => {
  it('prints the verdict, every check and the claims of an accepted token, and exits 0', async () => {
    const { code, stdout, stderr } = await run({ jwt_validation: { jwks } }, good);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe('accepted');
    for (const name of TOKEN_CHECKS) expect(stdout).toMatch(new RegExp(`^  (pass|skipped) +${name}`, 'm'));
    expect(stdout).toContain('"sub": "ana"');
    expect(stderr).toBe('');
  });

  it('prints what failed of a rejected token, without its claims, and exits 1', async () => {
    const { code, stdout } = await run({ jwt_validation: { jwks, claimValues } }, good);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe('rejected: Invalid claims: role');
    expect(stdout).toMatch(/^ {2}fail +claim-values: the claim "role" is missing/m);
    expect(stdout).not.toContain('"sub"');
    expect(stdout).not.toContain('secret');
  });

  it('exits 3 when nobody can say', async () => {
    const idp = await startLoopbackHttp(raw('', {}, 503));
    const { code, stdout } = await run({ jwt_validation: { jwksUri: `${idp.origin}/jwks` } }, good);
    await idp.close();
    expect(code).toBe(3);
    expect(stdout.split('\n')[0]).toBe(`undecided: Token could not be verified: ${idp.origin} answered 503`);
    expect(stdout).toMatch(/^ {2}skipped +key: could not be decided/m);
  });

  it('says nothing about an accepted token with --quiet, and says why about a rejected one', async () => {
    const config = { jwt_validation: { jwks } };
    expect(await run(config, good, { quiet: true })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await run(config, 'a.b.c', { quiet: true })).stdout).toContain('rejected: JWT validation failed');
  });

  it('shows which keys were considered, and why, with --explain', async () => {
    const idp = await startLoopbackHttp(json({ keys: [other.jwk, key.jwk] }));
    const { stdout } = await run({ jwt_validation: { jwksUri: `${idp.origin}/jwks` } }, good, { explain: true });
    await idp.close();
    expect(stdout).toMatch(/skipped +keys\[0\] \(kid "k2", "RSA", thumbprint [\w-]{43}\): its kid is not the token's/);
    expect(stdout).toMatch(/verified +keys\[1\] \(kid "k1", "RSA", thumbprint [\w-]{43}\)/);
  });

  it('judges as of another moment with --at', async () => {
    const at = new Date((nowSeconds + 7200) * 1000).toISOString();
    expect((await run({ jwt_validation: { jwks } }, good, { at })).stdout).toContain('rejected: Token is expired');
  });

  it.each(['yesterday', '2026-01-01T00:00:00', '1700000000', '2026-13-01', ''])('refuses --at %j', async (at) => {
    await expect(run({ jwt_validation: { jwks } }, good, { at })).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  });

  it('prints one versioned document with --json', async () => {
    const config = { jwt_validation: { jwks } };
    const accepted: unknown = JSON.parse((await run(config, good, { json: true, quiet: true })).stdout);
    expect(accepted).toMatchObject({ version: 1, verdict: 'accepted', claims: { sub: 'ana' }, header: { kid: 'k1' } });
    expect(accepted).not.toHaveProperty('message');
    expect(accepted).not.toHaveProperty('keys');
    const rejected: unknown = JSON.parse(
      (await run(config, goodToken(other, times), { json: true, explain: true })).stdout,
    );
    expect(rejected).toMatchObject({
      version: 1,
      verdict: 'rejected',
      reason: 'NO_KEY',
      message: 'JWT validation failed',
      details: ['no key of the configured source fits the token'],
      keys: [{ index: 0, kid: 'k1', outcome: 'skipped' }],
    });
    expect(rejected).not.toHaveProperty('claims');
  });

  it('exits 2 when the configuration has no jwt_validation', async () => {
    await expect(run({}, good)).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  });

  it('exits 2 when there is no token', async () => {
    await expect(run({ jwt_validation: { jwks } }, undefined)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run({ jwt_validation: { jwks } }, ' ')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('does not let a terminal obey what a claim says', async () => {
    const note = '\u001b]0;owned\u0007 \u009b31m \u202egnp.exe';
    const { stdout } = await run({ jwt_validation: { jwks } }, goodToken(key, { ...times, note }));
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stdout).toContain('\\u001b]0;owned');
  });
});

const servers = (a: object, b: object): object => ({
  mcpServers: { a: { url: 'https://a.example/mcp', ...a }, b: { url: 'https://b.example/mcp', ...b } },
});

describe('verify-token with several servers', () => {
  const rules = { jwt_validation: { jwks } };
  const stricter = { jwt_validation: { jwks, requiredClaims: ['email'] } };

  it('judges when they share their rules', async () => {
    expect(await run({ ...servers({}, {}), ...rules }, good)).toMatchObject({ code: 0 });
    expect(await run(servers(rules, rules), good)).toMatchObject({ code: 0 });
  });

  it('asks which one is meant when their rules differ, or one has none', async () => {
    await expect(run(servers(rules, stricter), good)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run(servers(rules, {}), good)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('judges by the one that -s names', async () => {
    expect(await run(servers(rules, stricter), good, { server: 'a' })).toMatchObject({ code: 0 });
    expect(await run(servers(rules, stricter), good, { server: 'b' })).toMatchObject({ code: 1 });
    await expect(run(servers(rules, {}), good, { server: 'b' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run(servers(rules, {}), good, { server: 'c' })).rejects.toMatchObject({ code: 'UNKNOWN_SERVER' });
  });
});

it('accepts a token without kid and typ when one key fits', async () => {
  const token = signToken({ header: { alg: 'RS256' }, payload: times }, key);
  expect(await run({ jwt_validation: { jwks } }, token)).toMatchObject({ code: 0 });
});

describe('what verify-token says to do next', () => {
  const hintOf = async (config: object, token: string, options: VerifyTokenOptions = {}): Promise<string> =>
    (await run(config, token, options)).stderr;

  it('is nothing for an accepted token', async () => {
    expect(await hintOf({ jwt_validation: { jwks } }, good)).toBe('');
  });

  it('is to look at a token that says something, and at the keys', async () => {
    expect(await hintOf({ jwt_validation: { jwks, claimValues } }, good)).toMatch(/^hint: mcpgw decode-token shows/);
  });

  it('is to ask the issuer about a token that is no JWT', async () => {
    expect(await hintOf({ jwt_validation: { jwks } }, 'opaque')).toMatch(/^hint: an opaque token .*introspectEndpoint/);
    expect(await hintOf({ jwt_validation: { jwks } }, 'a.b')).toBe('');
  });

  it('is to look for what does not answer', async () => {
    const idp = await startLoopbackHttp(raw('', {}, 503));
    const config = { jwt_validation: { jwksUri: `${idp.origin}/jwks` } };
    expect(await hintOf(config, good)).toContain('hint: mcpgw validate --online asks');
    expect(await hintOf(config, good, { quiet: true })).toBe('');
    expect(await hintOf(config, good, { json: true })).not.toContain('hint:');
    await idp.close();
  });
});

describe('secret references', () => {
  const elsewhere = { mcpServers: { a: { url: 'https://${HOST_NAME}/mcp', headers: { 'X-Key': '${UNSET_KEY}' } } } };

  it('of other parts of the policy are not looked up', async () => {
    expect(await run({ ...elsewhere, jwt_validation: { jwks } }, good)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['jwt_validation', { jwt_validation: { jwks, typ: '${UNSET_TYP}' } }],
    [
      'external_auth_config',
      { jwt_validation: { jwks }, external_auth_config: { issuer: 'https://i.example', client_id: '${UNSET_ID}' } },
    ],
  ])('of %s are needed', async (_name, config) => {
    await expect(run({ ...elsewhere, ...config }, good)).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });

  it('that are malformed are errors wherever they stand', async () => {
    const config = {
      mcpServers: { a: { url: 'https://a.example', headers: { 'X-Key': '${' } } },
      jwt_validation: { jwks },
    };
    await expect(run(config, good)).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });
});
