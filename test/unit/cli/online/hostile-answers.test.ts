import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ONLINE_CODES } from '../../../../src/diagnostics/codes.js';
import { askOnline } from '../../../support/online-stage.js';

const IDP = 'https://idp.example.com';
const UPSTREAM = 'https://mcp.example.com/mcp';
const CONFIG = {
  jwt_validation: { jwksUri: `${IDP}/jwks`, algorithms: ['RS256', 'ES256'], claimValues: { iss: { values: IDP } } },
  external_auth_config: { issuer: IDP, client_id: 'x' },
  mcpServers: { up: { url: UPSTREAM, auth_type: 'oauth_auto' } },
};

/** A text that must never be shown, and that no terminal should get. */
const MARK = 'M4RK\u001b[31m\u202e';
const plausible = fc.constantFrom(
  IDP,
  `${IDP}/`,
  `${IDP}/jwks`,
  UPSTREAM,
  'https://as.example.com',
  'S256',
  'RSA',
  'AQAB',
);
const shown = fc.string().map((text) => MARK + text);
const odd = fc.constantFrom<unknown>(null, {}, [], 7, { toString: 1, valueOf: 1 }, { length: 3 }, `https://${MARK}/`);
const value = fc.oneof(plausible, plausible, shown, odd);
const key = fc.dictionary(
  fc.constantFrom('kty', 'n', 'e', 'crv', 'x', 'y', 'use', 'key_ops', 'alg', 'kid', 'k'),
  value,
);
const list = fc.array(fc.oneof(value, key), { maxLength: 5 });
const body = fc.record(
  {
    issuer: value,
    keys: fc.oneof(value, list),
    jwks_uri: value,
    authorization_endpoint: value,
    token_endpoint: value,
    resource: value,
    authorization_servers: fc.oneof(value, list),
    code_challenge_methods_supported: fc.oneof(value, list),
    __proto__: value,
  },
  { requiredKeys: [] },
);
const answer = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 302, 401, 404, 429, 500),
  body,
  date: fc.constantFrom('', 'Thu, 01 Jan 1970 00:00:00 GMT', 'soon'),
  challenge: fc.constantFrom('Bearer', `Bearer resource_metadata="${IDP}/meta"`, 'Bearer resource_metadata="https://['),
});

describe('whatever servers answer', () => {
  it('is a finding or none, and never shown', async () => {
    const answers = fc.infiniteStream(answer);
    await fc.assert(
      fc.asyncProperty(answers, async (stream) => {
        const hosts = new Set<string>();
        const fetch: typeof globalThis.fetch = async (url) => {
          hosts.add(new URL(new Request(url).url).protocol);
          const [next] = [...stream.take(1)];
          if (next === undefined) throw new Error('the stream has no end');
          const { status, body, date, challenge } = next;
          const headers = { date, 'www-authenticate': challenge, location: `${IDP}/next` };
          return new Response(JSON.stringify(body), { status, headers });
        };
        const found = await askOnline(CONFIG, { fetch });
        expect(found.filter(({ code }) => !Object.hasOwn(ONLINE_CODES, code))).toEqual([]);
        expect(found.map(({ message, help }) => `${message} ${help}`).join('\n')).not.toMatch(
          /M4RK|m4rk|\p{Cf}|\u001b/u,
        );
        expect([...hosts]).toEqual(['https:']);
      }),
      { numRuns: 300 },
    );
  });
});
