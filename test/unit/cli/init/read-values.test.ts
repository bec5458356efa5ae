// What people paste for each value, and what becomes of it. Whatever is refused is not repeated in the sentence.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { questionsOf, serverNameFor } from '../../../../src/cli/init/answers.js';
import { readName } from '../../../../src/cli/init/read-text.js';
import type { Reading } from '../../../../src/cli/init/starter.js';
import { STARTERS, starterFor } from '../../../../src/cli/init/starters.js';

function read(idp: string, name: string, text: string): Reading {
  const question = questionsOf(starterFor(idp)).find((each) => each.name === name);
  if (question === undefined) throw new Error(`${idp} has no ${name}`);
  return question.read(text);
}

const OKTA = 'https://dev-1.okta.com/oauth2/default';
const POOL = 'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_AbC';
const CHINESE_POOL = 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC';
const DESCOPE = 'https://api.descope.com/v1/apps/agentic/P2a/MS2-b_c';
const GUID = 'aaaabbbb-0000-cccc-1111-dddd2222eeee';

describe('a value', () => {
  it.each([
    ['okta', 'domain', 'dev-1.okta.com', OKTA],
    ['okta', 'domain', '  https://dev-1.okta.com/  ', OKTA],
    ['okta', 'domain', 'HTTPS://Dev-1.OKTA.com', OKTA],
    ['okta', 'domain', 'https://dev-1-admin.okta.com/', OKTA],
    ['okta', 'domain', 'https://dev-1.okta.com/oauth2/default/', OKTA],
    ['okta', 'domain', 'https://dev-1.okta.com/oauth2/default/.well-known/openid-configuration', OKTA],
    ['okta', 'domain', 'https://login.acme.com/oauth2/aus1a2B3', 'https://login.acme.com/oauth2/aus1a2B3'],
    ['auth0', 'domain', 'acme.eu.auth0.com', 'https://acme.eu.auth0.com/'],
    ['auth0', 'domain', 'https://login.acme.com/', 'https://login.acme.com/'],
    ['auth0', 'domain', 'https://acme.auth0.com/.well-known/openid-configuration', 'https://acme.auth0.com/'],
    ['entra', 'tenant', ` ${GUID.toUpperCase()} `, GUID],
    ['entra', 'audience', `api://${GUID}`, GUID],
    ['cognito', 'userPool', 'us-gov-west-1_AbC', POOL],
    ['cognito', 'userPool', `${POOL}/`, POOL],
    ['cognito', 'userPool', ` ${POOL.replace('https://cognito', 'HTTPS://Cognito')} `, POOL],
    ['cognito', 'userPool', POOL.slice('https://'.length), POOL],
    ['cognito', 'userPool', `${POOL}/.well-known/openid-configuration`, POOL],
    ['cognito', 'userPool', `${POOL}/.well-known/jwks.json`, POOL],
    ['cognito', 'userPool', 'cn-north-1_AbC', CHINESE_POOL],
    ['cognito', 'userPool', CHINESE_POOL, CHINESE_POOL],
    ['cognito', 'userPool', `${CHINESE_POOL}/.well-known/openid-configuration`, CHINESE_POOL],
    ['descope', 'issuer', DESCOPE, DESCOPE],
    ['descope', 'issuer', `${DESCOPE}/.well-known/openid-configuration`, DESCOPE],
    ['keycloak', 'domain', 'sso.example.com', 'https://sso.example.com'],
    ['keycloak', 'domain', 'https://sso.example.com:8443/auth/', 'https://sso.example.com:8443/auth'],
    ['keycloak', 'domain', 'http://localhost:8080', 'http://localhost:8080'],
    ['keycloak', 'realm', 'My.Realm_1', 'My.Realm_1'],
    ['google', 'clientSecretEnv', '${GOOGLE_CLIENT_SECRET}', 'GOOGLE_CLIENT_SECRET'],
    ['google', 'clientSecretEnv', '${env:G}', 'G'],
    ['generic', 'issuer', 'https://idp.example.com/', 'https://idp.example.com/'],
    ['generic', 'issuer', 'https://idp.example.com', 'https://idp.example.com'],
    ['generic', 'upstream', 'mcp.example.com/mcp', 'https://mcp.example.com/mcp'],
    ['generic', 'upstream', 'http://127.0.0.1:3000/mcp?a=b', 'http://127.0.0.1:3000/mcp?a=b'],
  ])('of %s: %s is read from %j', (...[idp, name, text, value]) => {
    expect(read(idp, name, text)).toEqual({ value });
  });

  it.each([
    [
      'okta',
      'domain',
      ['', 'okta', 'http://dev-1.okta.com', 'dev-1.okta.com:8443', '10.0.0.1', 'https://u:p@dev-1.okta.com'],
    ],
    [
      'okta',
      'domain',
      ['https://dev-1.okta.com/oauth2', 'https://dev-1.okta.com/oauth2/v1', 'dev-1.okta.com/a/b', 'dev_1.okta.com'],
    ],
    [
      'okta',
      'domain',
      ['dev-1.okta.com?x=1', 'dev-1.okta.com#x', 'ftp://dev-1.okta.com', 'javascript:alert(1)', 'a b.okta.com', '..'],
    ],
    ['auth0', 'domain', ['acme.auth0.com/authorize', 'file:///etc/passwd', '${HOST}.auth0.com', '-a.auth0.com']],
    ['entra', 'tenant', ['common', 'organizations', 'contoso.onmicrosoft.com', `${GUID}0`, `${GUID}/v2.0`, '']],
    ['entra', 'audience', ['api://gateway', 'https://gateway.example.com']],
    [
      'cognito',
      'userPool',
      ['eu-west-1', 'AbCdEf123', 'eu-west-1_', 'eu-west-1_a/b', 'eu-west-1_a"b', 'https://x.example/eu-west-1_a'],
    ],
    [
      'cognito',
      'userPool',
      [
        CHINESE_POOL.replace('.cn/', '/'),
        POOL.replace('.com/', '.com.cn/'),
        POOL.replace('idp.us-gov-west-1', 'idp.eu-west-1'),
        POOL.replace('https:', 'http:'),
        `${POOL}?a=b`,
        `${POOL}#a`,
        `${POOL}/oauth2/token`,
        POOL.replace('https://', 'https://u:p@'),
        'https://acme.auth.eu-west-1.amazoncognito.com/',
        'https://cognito-idp.eu-west-1.amazonaws.com/',
        '/',
      ],
    ],
    [
      'descope',
      'issuer',
      ['https://api.descope.com/P2a', 'https://api.descope.com/v1/apps/agentic/P2a', `${DESCOPE}/x`, 'P2a'],
    ],
    ['descope', 'issuer', ['http://localhost/v1/apps/agentic/P2a/MS2b', `${DESCOPE}?a=b`]],
    [
      'keycloak',
      'domain',
      ['https://sso.example.com/realms/acme', 'https://sso.example.com/auth/admin/acme', 'http://sso.example.com'],
    ],
    ['keycloak', 'realm', ['', 'a/b', 'a b', '..', 'a"', 'é', '%2e%2e']],
    [
      'google',
      'clientId',
      ['1234567890', 'x.apps.googleusercontent.com.evil.example', 'a b.apps.googleusercontent.com'],
    ],
    ['google', 'clientSecretEnv', ['GOCSPX-abcdefghijklmnop', '1SECRET', '', '${A:-b}', 'A B']],
    ['generic', 'issuer', ['http://idp.example.com', 'https://idp.example.com?a=b']],
    ['generic', 'issuer', ['https://idp.example.com/.well-known/openid-configuration', 'https://idp.example.com/${A}']],
    [
      'generic',
      'clientId',
      [
        '',
        '   ',
        'a b',
        'a"b',
        'a\\b',
        '${CLIENT}',
        'é',
        'a\u0000',
        'a\nb',
        `Bearer ${'a'.repeat(40)}`,
        'x'.repeat(513),
      ],
    ],
    ['generic', 'clientId', ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl', 'sk-abcdefghijklmnop1234']],
    [
      'generic',
      'upstream',
      [
        '',
        'http://mcp.example.com',
        'ws://mcp.example.com',
        'https://',
        'https://u:p@x.example',
        '{host}/mcp',
        '<host>',
      ],
    ],
  ])('of %s: %s is not %j', (idp, name, texts) => {
    for (const text of texts) {
      const reading = read(idp, name, text);
      expect({ text, ...reading }).toEqual({ text, problem: expect.any(String) });
      if ('problem' in reading && text.length > 8) expect(reading.problem).not.toContain(text);
    }
  });

  it('is never read into something that the document would take for a reference or a second value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const starter of STARTERS) {
          for (const question of questionsOf(starter)) {
            const reading = question.read(text);
            if ('value' in reading) expect(reading.value).toMatch(/^[\x21-\x7e]+$/);
            if ('value' in reading) expect(reading.value).not.toMatch(/\$\{|["\\<>]/);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of an example is read: what people are shown is good', () => {
    const unread = STARTERS.flatMap((starter) =>
      questionsOf(starter)
        .filter(({ example }) => !example.includes('…'))
        .filter(({ read: reads, example }) => 'problem' in reads(example))
        .map(({ name }) => `${starter.name} ${name}`),
    );
    expect(unread).toEqual([]);
  });
});

describe('the name of a server', () => {
  it.each([
    ['https://mcp.linear.app/mcp', 'linear'],
    ['https://linear.mcp.example.com/mcp', 'linear'],
    ['https://api.githubcopilot.com/mcp/', 'githubcopilot'],
    ['https://example.com', 'example'],
    ['https://mcp.com', 'upstream'],
    ['http://127.0.0.1:3000/mcp', 'upstream'],
    ['http://localhost:3000/mcp', 'upstream'],
    ['http://[::1]/mcp', 'upstream'],
    ['https://YOUR_MCP_SERVER/mcp', 'upstream'],
  ])('for %s is %s', (upstream, name) => {
    expect(serverNameFor(upstream)).toBe(name);
    expect(readName(name)).toEqual({ value: name });
  });

  it.each([[''], ['__proto__'], ['a b'], ['a/b'], ['-x'], ['a"b'], ['x'.repeat(65)]])('is not %j', (name) => {
    expect(readName(name)).toHaveProperty('problem');
  });
});
