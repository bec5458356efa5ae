import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateKey, type SigningKey } from '../../../support/jwt.js';
import { json, raw } from '../../../support/loopback-http.js';
import { askOnline, brief, startSite, type Site } from '../../../support/online-stage.js';

const OIDC = '/.well-known/openid-configuration';
const RFC8414 = '/.well-known/oauth-authorization-server';

let key: SigningKey;
let site: Site;
let issuer: string;
beforeAll(() => {
  key = generateKey('RS256', 'k1');
});
beforeEach(async () => {
  site = await startSite();
  issuer = site.origin;
  site.on('/jwks', json({ keys: [key.jwk] }));
});

const documentOf = (changes: object = {}): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  code_challenge_methods_supported: ['plain', 'S256'],
  ...changes,
});

const login = (changes: object = {}) => ({ external_auth_config: { issuer, client_id: 'x', ...changes } });
const rules = (iss: object | undefined, changes: object = {}) => ({
  jwt_validation: { jwksUri: `${issuer}/jwks`, ...(iss && { claimValues: { iss } }), ...changes },
});

describe('the discovery document of a login', () => {
  const AT = '/external_auth_config/issuer';

  it('is nothing to talk about when all is well', async () => {
    site.on(OIDC, json(documentOf()));
    expect(await askOnline({ ...login(), ...rules({ values: issuer }) })).toEqual([]);
    expect(site.calls.toSorted()).toEqual(['GET /.well-known/openid-configuration', 'GET /jwks']);
  });

  it('may be one of RFC 8414', async () => {
    site.on(RFC8414, json(documentOf()));
    expect(await askOnline(login())).toEqual([]);
    expect(site.calls).toEqual([`GET ${OIDC}`, `GET ${RFC8414}`, 'GET /jwks']);
  });

  it('is looked for behind the path of an issuer, then before it', async () => {
    issuer = `${site.origin}/realms/one`;
    expect(brief(await askOnline(login()))).toEqual([`MCPGW203 error ${AT}`]);
    expect(site.calls).toEqual([`GET /realms/one${OIDC}`, `GET ${RFC8414}/realms/one`]);
  });

  it('is not believed when it is no JSON', async () => {
    site.on(OIDC, raw('<html>Welcome</html>'));
    const found = await askOnline(login());
    expect(brief(found)).toEqual([`MCPGW203 error ${AT}`]);
    expect(found[0]?.message).not.toContain('Welcome');
  });

  it('is only useful when the endpoints are stated', async () => {
    const stated = { authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t` };
    expect(brief(await askOnline(login(stated)))).toEqual([`MCPGW203 warning ${AT}`]);
  });

  it('is not asked for when every endpoint is stated, and the stated keys are looked at', async () => {
    const stated = { authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t`, jwks_uri: `${issuer}/keys` };
    const found = await askOnline({ ...login(stated), ...rules({ values: 'https://elsewhere.example' }) });
    expect(brief(found)).toEqual(['MCPGW203 error /external_auth_config/jwks_uri']);
    expect(site.calls.toSorted()).toEqual(['GET /jwks', 'GET /keys']);
  });

  it('is undecided when one of its places is, whatever the other says', async () => {
    site.on(OIDC, raw('', {}, 503));
    const found = await askOnline(login());
    expect(brief(found)).toEqual([`MCPGW201 error ${AT}`]);
    expect(found[0]?.message).toContain('answered 503');
  });

  it('is asked for at one place alone when nobody answers', async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(new Request(url).url);
      throw new TypeError('fetch failed');
    };
    expect(brief(await askOnline(login(), { fetch }))).toEqual([`MCPGW201 error ${AT}`]);
    expect(asked).toEqual([issuer + OIDC]);
  });

  it('is that of an issuer with a slash at its end, too', async () => {
    issuer = `${site.origin}/tenant/`;
    site.on(`/tenant${OIDC}`, json(documentOf({ jwks_uri: `${site.origin}/jwks` })));
    expect(await askOnline(login())).toEqual([]);
  });

  it('is not needed for keys that are stated, and judged once when they are those of access tokens', async () => {
    const stated = { authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t`, jwks_uri: `${issuer}/jwks` };
    site.on('/jwks', json({ keys: [] }));
    expect(brief(await askOnline({ ...login(stated), ...rules(undefined) }))).toEqual([
      'MCPGW204 error /jwt_validation/jwksUri',
    ]);
  });

  it.each([
    ['another issuer', 'https://evil.example/\u001b[31m', undefined],
    ['nobody', undefined, undefined],
    ['a list', ['x'], undefined],
    ['itself with a slash', 'SLASH', 'add a slash to its end: that is all that differs'],
  ])('is refused when it names %s, which is not shown', async (_name, named, help) => {
    site.on(OIDC, json(documentOf({ issuer: named === 'SLASH' ? `${issuer}/` : named, token_endpoint: 7 })));
    const found = await askOnline(login());
    expect(brief(found)).toEqual([`MCPGW206 error ${AT}`]);
    if (help !== undefined) expect(found[0]?.help).toBe(help);
    expect(JSON.stringify(found)).not.toMatch(/evil|u001b/);
    expect(site.calls).toEqual([`GET ${OIDC}`]);
  });

  it('is refused for a slash too many in the configuration, and says so', async () => {
    site.on(OIDC, json(documentOf()));
    const found = await askOnline(login({ issuer: `${issuer}/` }));
    expect(brief(found)).toEqual([`MCPGW206 error ${AT}`]);
    expect(found[0]?.help).toBe('take the slash at its end away: that is all that differs');
  });

  it('must have the endpoints of a login, on https', async () => {
    site.on(OIDC, json(documentOf({ authorization_endpoint: null, token_endpoint: 'http://idp.example.com/token' })));
    const found = await askOnline(login());
    expect(brief(found)).toEqual([`MCPGW203 error ${AT}`, `MCPGW212 error ${AT}`]);
    expect(JSON.stringify(found)).not.toContain('idp.example.com');
    const stated = { authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t` };
    expect(await askOnline(login(stated))).toEqual([]);
  });

  it.each([{ methods: ['plain'] }, { methods: [] }, { methods: 'S256' }])(
    'must not say $methods of the PKCE methods, unless the configuration says better',
    async ({ methods }) => {
      site.on(OIDC, json(documentOf({ code_challenge_methods_supported: methods })));
      expect(brief(await askOnline(login()))).toEqual([`MCPGW208 error ${AT}`]);
      expect(await askOnline(login({ code_challenge_methods_supported: ['S256'] }))).toEqual([]);
    },
  );

  it.each([undefined, null])('may say %s of the PKCE methods', async (methods) => {
    site.on(OIDC, json(documentOf({ code_challenge_methods_supported: methods })));
    expect(await askOnline(login())).toEqual([]);
  });

  it.each([
    ['https://keycloak.internal/certs', 'MCPGW202 note'],
    ['https://10.0.0.7/certs', 'MCPGW202 note'],
    ['http://127.0.0.1:9/certs', 'MCPGW202 note'],
    ['http://keycloak.internal/certs', 'MCPGW212 error'],
    [`https://${'a.'.repeat(130)}example/certs`, 'MCPGW212 error'],
  ])('of a public provider may keep its keys at %s: %s', async (jwksUri, verdict) => {
    issuer = 'https://sso.corp.example';
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (address) => {
      asked.push(new Request(address).url);
      return Response.json(documentOf({ jwks_uri: jwksUri }));
    };
    const found = await askOnline(login(), { fetch });
    expect(brief(found)).toEqual([`${verdict} ${AT}`]);
    expect(JSON.stringify(found)).not.toMatch(/certs|keycloak/);
    expect(asked).toEqual([`${issuer}${OIDC}`]);
  });

  it('leads to the keys of ID tokens, which must be some', async () => {
    site.on(OIDC, json(documentOf({ jwks_uri: `${issuer}/other` })));
    expect(brief(await askOnline(login()))).toEqual([`MCPGW203 error ${AT}`]);
  });
});

describe('the iss rule', () => {
  const AT = '/jwt_validation/claimValues/iss/values';

  it.each([
    ['exact', (named: string) => ({ values: `${named}/` })],
    ['contains', (named: string) => ({ values: ['https://a.example', `${named}/`], matchType: 'contains' })],
    ['regex', (named: string) => ({ values: `^${named}/$`, matchType: 'regex' })],
  ])('that is %s and refuses the issuer of the login is wrong', async (_name, rule) => {
    site.on(OIDC, json(documentOf()));
    expect(brief(await askOnline({ ...login(), ...rules(rule(issuer)) }))).toEqual([`MCPGW206 error ${AT}`]);
  });

  it.each([
    ['exact', (named: string) => ({ values: named })],
    ['contains', (named: string) => ({ values: ['https://a.example', named], matchType: 'contains' })],
    ['regex', () => ({ values: '^http://127', matchType: 'regex' })],
  ])('that is %s and accepts it is right', async (_name, rule) => {
    site.on(OIDC, json(documentOf()));
    expect(await askOnline({ ...login(), ...rules(rule(issuer)) })).toEqual([]);
  });

  it('is compared, and not sent, when it came from a reference', async () => {
    site.on(OIDC, json(documentOf()));
    const config = { ...login(), ...rules({ values: '${ISS}' }) };
    expect(await askOnline(config, { env: { ISS: issuer } })).toEqual([]);
    const found = await askOnline(config, { env: { ISS: 'https://s3ntinel.example' } });
    expect(brief(found)).toEqual([`MCPGW206 error ${AT}`]);
    expect(JSON.stringify(found) + site.received()).not.toContain('s3ntinel');
    expect(await askOnline(config, { resolveReferences: false })).toEqual([]);
  });

  it('leads to the discovery document of its issuer when there is no login', async () => {
    site.on(OIDC, json(documentOf({ issuer: `${issuer}/`, token_endpoint: undefined })));
    expect(brief(await askOnline(rules({ values: issuer })))).toEqual([`MCPGW206 error ${AT}`]);
  });

  it('may have an issuer without a discovery document, with a warning', async () => {
    expect(brief(await askOnline(rules({ values: issuer })))).toEqual([`MCPGW203 warning ${AT}`]);
  });

  it('may have an issuer that is not an https URL, with a note', async () => {
    expect(brief(await askOnline(rules({ values: 'accounts.example' })))).toEqual([`MCPGW202 note ${AT}`]);
    expect(brief(await askOnline(rules({ values: 'http://idp.example' })))).toEqual([`MCPGW202 note ${AT}`]);
  });

  it('of a provider without an issuer says who it is', async () => {
    site.on(OIDC, json(documentOf({ token_endpoint: undefined })));
    const config = { external_auth_config: { client_id: 'x' }, ...rules({ values: issuer }) };
    expect(brief(await askOnline(config))).toEqual([`MCPGW203 error ${AT}`]);
  });

  it('has the first three of many issuers asked', async () => {
    const values = ['a', 'b', 'c', 'd', 'e'].map((name) => `${issuer}/${name}`);
    for (const value of values) {
      const path = new URL(value).pathname;
      site.on(path + OIDC, json(documentOf({ issuer: value, jwks_uri: `${issuer}/somewhere` })));
    }
    expect(brief(await askOnline(rules({ values, matchType: 'contains' })))).toEqual([
      `MCPGW202 note ${AT}/3`,
      `MCPGW202 note ${AT}/4`,
    ]);
    expect(site.calls.filter((call) => call.includes('well-known'))).toHaveLength(3);
  });

  it('with a pattern has nobody asked', async () => {
    expect(await askOnline(rules({ values: `^${issuer}`, matchType: 'regex' }))).toEqual([]);
    expect(site.calls).toEqual(['GET /jwks']);
  });
});

describe('jwksUri', () => {
  const AT = '/jwt_validation/jwksUri';

  it('is asked once when the discovery document names it, too', async () => {
    site.on(OIDC, json(documentOf({ jwks_uri: `${issuer}/x/../jwks` })));
    expect(await askOnline({ ...login(), ...rules(undefined) })).toEqual([]);
    expect(site.calls.filter((call) => call === 'GET /jwks')).toHaveLength(1);
  });

  it('should be where the discovery document says', async () => {
    site.on(OIDC, json(documentOf({ jwks_uri: `${issuer}/v2/jwks` })));
    site.on('/v2/jwks', json({ keys: [key.jwk] }));
    expect(brief(await askOnline({ ...login(), ...rules(undefined) }))).toEqual([`MCPGW207 warning ${AT}`]);
    expect(brief(await askOnline(rules({ values: issuer })))).toEqual([`MCPGW207 warning ${AT}`]);
  });

  it('may be that of any of several issuers', async () => {
    const values = [`${issuer}/a`, `${issuer}/b`];
    site.on(`/a${OIDC}`, json(documentOf({ issuer: values[0] })));
    site.on(`/b${OIDC}`, json(documentOf({ issuer: values[1], jwks_uri: `${issuer}/b/jwks` })));
    expect(await askOnline(rules({ values, matchType: 'contains' }))).toEqual([]);
  });

  it('may be that of an issuer that was not asked', async () => {
    const values = [`${issuer}/a`, '${OTHER}'];
    site.on(`/a${OIDC}`, json(documentOf({ issuer: values[0], jwks_uri: `${issuer}/a/jwks` })));
    const found = await askOnline(rules({ values, matchType: 'contains' }), { env: { OTHER: `${issuer}/b` } });
    expect(brief(found)).toEqual(['MCPGW202 note /jwt_validation/claimValues/iss/values/1']);
    expect(site.received()).not.toContain('/b');
  });

  it('has no discovered counterpart when keys stand in the file', async () => {
    site.on(OIDC, json(documentOf()));
    const jwt = { jwt_validation: { jwks: { keys: [key.jwk] }, claimValues: { iss: { values: issuer } } } };
    expect(await askOnline(jwt)).toEqual([]);
  });
});

describe('Entra', () => {
  const V2 = 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0';
  const COMMON = 'https://login.microsoftonline.com/common/v2.0';
  const entra =
    (named: string): typeof fetch =>
    async (url) => {
      const { pathname } = new URL(new Request(url).url);
      return Response.json(
        pathname.endsWith('/keys')
          ? { keys: [key.jwk] }
          : {
              issuer: named,
              authorization_endpoint: `${V2}/authorize`,
              token_endpoint: `${V2}/token`,
              jwks_uri: `${V2}/keys`,
            },
      );
    };

  it('may issue tokens of version 1, under its older name', async () => {
    const jwt = (iss: string) => ({
      external_auth_config: { issuer: V2, client_id: 'x' },
      jwt_validation: { jwksUri: `${V2}/keys`, claimValues: { iss: { values: iss } } },
    });
    const older = 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/';
    expect(await askOnline(jwt(older), { fetch: entra(V2) })).toEqual([]);
    expect(brief(await askOnline(jwt('https://sts.windows.example/'), { fetch: entra(V2) }))).toEqual([
      'MCPGW206 error /jwt_validation/claimValues/iss/values',
    ]);
  });

  const TENANT = '11111111-2222-3333-4444-555555555555';
  const OTHER = '99999999-2222-3333-4444-555555555555';
  const V1 = `https://sts.windows.net/${TENANT}/`;
  const LOGIN = 'https://login.microsoftonline.com';
  const keysOf = (configured: string, discovered: string) => {
    const fetch: typeof globalThis.fetch = async (address) =>
      Response.json(
        new URL(new Request(address).url).pathname.endsWith('/keys')
          ? { keys: [key.jwk] }
          : { issuer: V1, jwks_uri: discovered },
      );
    return askOnline({ jwt_validation: { jwksUri: configured, claimValues: { iss: { values: V1 } } } }, { fetch });
  };

  it.each([
    [`${LOGIN}/${TENANT}/discovery/v2.0/keys`, `${LOGIN}/common/discovery/keys`],
    [`${LOGIN}/${TENANT}/discovery/keys`, `${LOGIN}/common/discovery/keys`],
    [`${LOGIN}/${TENANT.toUpperCase()}/discovery/v2.0/keys`, `${LOGIN}/${TENANT}/discovery/keys`],
    [`${LOGIN}/contoso.onmicrosoft.com/discovery/v2.0/keys`, `${LOGIN}/${TENANT}/discovery/v2.0/keys`],
    [`${LOGIN}/common/discovery/v2.0/keys`, 'https://login.windows.net/common/discovery/keys'],
  ])('holds the same keys at %s as at %s', async (configured, discovered) => {
    expect(await keysOf(configured, discovered)).toEqual([]);
    expect(await keysOf(discovered, configured)).toEqual([]);
  });

  it.each([
    [`${LOGIN}/${OTHER}/discovery/v2.0/keys`, `${LOGIN}/${TENANT}/discovery/v2.0/keys`],
    ['https://login.microsoftonline.us/common/discovery/keys', `${LOGIN}/common/discovery/keys`],
    ['https://login.microsoftonline.example/common/discovery/keys', `${LOGIN}/common/discovery/keys`],
    [`${LOGIN}/common/discovery/keys`, 'https://idp.example/common/discovery/keys'],
    [`${LOGIN}/common/other/keys`, `${LOGIN}/common/discovery/keys`],
  ])('may hold other keys at %s than at %s', async (configured, discovered) => {
    expect(brief(await keysOf(configured, discovered))).toEqual(['MCPGW207 warning /jwt_validation/jwksUri']);
  });

  it('may name a template for all tenants, and nobody else may', async () => {
    const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';
    const config = (at: string) => ({ external_auth_config: { issuer: at, client_id: 'x' } });
    expect(await askOnline(config(COMMON), { fetch: entra(template) })).toEqual([]);
    expect(brief(await askOnline(config('https://idp.example'), { fetch: entra(template) }))).toEqual([
      'MCPGW206 error /external_auth_config/issuer',
    ]);
  });
});
