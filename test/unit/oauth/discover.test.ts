import type { CustomFetch } from 'openid-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/log.js';
import { discoverProvider } from '../../../src/oauth/discover.js';
import type { AuthorizationServer } from '../../../src/policy/model.js';
import { PUBLIC_CLIENT } from '../../support/authorization-server.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

const ISSUER = 'https://idp.example.com';
const OIDC = `${ISSUER}/.well-known/openid-configuration`;
const RFC8414 = `${ISSUER}/.well-known/oauth-authorization-server`;
const DOCUMENT = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
};

let test: TestHost;
let asked: string[];
beforeEach(async () => {
  test = await createTestHost();
  asked = [];
});
afterEach(() => test.remove());

interface Setting {
  readonly documents: Readonly<Record<string, unknown>>;
  readonly provider?: Partial<AuthorizationServer>;
}

function discover({ documents, provider = {} }: Setting) {
  const fetch: CustomFetch = async (url) => {
    asked.push(url);
    return url in documents ? Response.json(documents[url]) : new Response('none', { status: 404 });
  };
  return discoverProvider({
    provider: {
      ...PUBLIC_CLIENT,
      issuer: ISSUER,
      ...provider,
    },
    fetch,
    log: createLog({ host: test.host, level: 'warn', format: 'text' }),
    needs: ['authorization_endpoint', 'token_endpoint'],
    wants: ['jwks_uri'],
  });
}

describe('what is known of an identity provider', () => {
  it('comes from its OpenID discovery document', async () => {
    expect(await discover({ documents: { [OIDC]: DOCUMENT } })).toMatchObject(DOCUMENT);
    expect(asked).toEqual([OIDC]);
  });

  it('comes from RFC 8414 metadata when there is no such document', async () => {
    expect(await discover({ documents: { [RFC8414]: DOCUMENT } })).toMatchObject(DOCUMENT);
    expect(asked).toEqual([OIDC, RFC8414]);
  });

  it('is overridden by stated members, each on its own', async () => {
    const metadata = { token_endpoint: 'https://tokens.example.com/t', scopes_supported: ['a'] };
    expect(await discover({ documents: { [OIDC]: DOCUMENT }, provider: { metadata } })).toMatchObject({
      ...DOCUMENT,
      ...metadata,
    });
  });

  it('is not asked for when every endpoint is stated', async () => {
    const { issuer: _issuer, ...metadata } = DOCUMENT;
    expect(await discover({ documents: {}, provider: { metadata } })).toMatchObject(DOCUMENT);
    expect(asked).toEqual([]);
  });

  it('is what was stated, with a warning, when only something useful could not be discovered', async () => {
    const { jwks_uri: _keys, issuer: _issuer, ...metadata } = DOCUMENT;
    const known = await discover({ documents: {}, provider: { metadata } });
    expect(known.jwks_uri).toBeUndefined();
    expect(known.token_endpoint).toBe(DOCUMENT.token_endpoint);
    expect(test.stderr()).toContain('going on with the stated endpoints alone');
  });

  it.each([`${ISSUER}/`, 'https://evil.example', `${ISSUER}/tenant`])(
    'is refused when the document names the issuer %s instead',
    async (issuer) => {
      await expect(discover({ documents: { [OIDC]: { ...DOCUMENT, issuer } } })).rejects.toMatchObject({
        code: 'IDP_FAILED',
      });
    },
  );

  it('is refused when another issuer is named, even when all that is needed is stated', async () => {
    const { jwks_uri: _keys, issuer: _issuer, ...metadata } = DOCUMENT;
    const documents = { [OIDC]: { ...DOCUMENT, issuer: 'https://evil.example' } };
    await expect(discover({ documents, provider: { metadata } })).rejects.toMatchObject({ code: 'IDP_FAILED' });
  });

  it.each(['http://idp.example.com/token', 'javascript:alert(1)', 'file:///etc/passwd'])(
    'is refused when it has the endpoint %s',
    async (endpoint) => {
      const documents = { [OIDC]: { ...DOCUMENT, token_endpoint: endpoint } };
      await expect(discover({ documents })).rejects.toMatchObject({ code: 'IDP_FAILED' });
    },
  );

  it('is refused when an endpoint that is needed is nowhere', async () => {
    const documents = { [OIDC]: { ...DOCUMENT, token_endpoint: undefined } };
    await expect(discover({ documents })).rejects.toMatchObject({
      code: 'IDP_FAILED',
      message: `${ISSUER} has no token_endpoint`,
    });
  });

  it('never asks an issuer on plain http beyond loopback', async () => {
    await expect(discover({ documents: {}, provider: { issuer: 'http://idp.example.com' } })).rejects.toMatchObject({
      code: 'IDP_FAILED',
    });
    expect(asked).toEqual([]);
  });
});
