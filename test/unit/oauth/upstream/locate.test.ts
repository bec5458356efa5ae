// Who gives tokens for an upstream: what it says of itself is a stranger's word, and is believed in what concerns itself.
import { describe, expect, it } from 'vitest';
import { bearerChallenge } from '../../../../src/oauth/upstream/challenge.js';
import { locateServer, type LocatedServer } from '../../../../src/oauth/upstream/locate.js';
import type { AuthorizationServer } from '../../../../src/policy/model.js';
import { PUBLIC_CLIENT } from '../../../support/authorization-server.js';

const UPSTREAM = 'https://mcp.example.com/v1/mcp';
const OWN = 'https://mcp.example.com/.well-known/oauth-protected-resource/v1/mcp';
const ROOT = 'https://mcp.example.com/.well-known/oauth-protected-resource';
const DOCUMENT = {
  resource: 'https://mcp.example.com/v1/mcp',
  authorization_servers: ['https://as.example.com'],
  scopes_supported: ['mcp:read', 'mcp:write'],
};

interface Setting {
  readonly url?: string;
  readonly documents?: Readonly<Record<string, unknown>>;
  readonly challenge?: string;
  readonly stated?: Partial<AuthorizationServer>;
}

interface Outcome {
  readonly located: LocatedServer;
  readonly asked: readonly string[];
}

async function locate({ url = UPSTREAM, documents = {}, challenge, stated = {} }: Setting): Promise<Outcome> {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    const address = new Request(input).url;
    asked.push(address);
    const document = documents[address];
    if (document instanceof Response) return document;
    return document === undefined ? new Response('none', { status: 404 }) : Response.json(document);
  };
  const located = await locateServer({
    server: { ...PUBLIC_CLIENT, kind: 'upstream', scope: undefined, ...stated },
    url,
    challenge: bearerChallenge(challenge),
    host: { fetch },
  });
  return { located, asked };
}

const named = (address: string): string => `Bearer resource_metadata="${address}"`;

describe('the metadata of an upstream', () => {
  it('is read where its challenge says, and nowhere else', async () => {
    const place = 'https://meta.example.com/mine.json';
    const { located, asked } = await locate({ challenge: named(place), documents: { [place]: DOCUMENT } });
    expect(asked).toEqual([place]);
    expect(located).toMatchObject({
      issuer: 'https://as.example.com',
      resource: UPSTREAM,
      scope: 'mcp:read mcp:write',
    });
    await expect(locate({ challenge: named(place), documents: { [OWN]: DOCUMENT } })).rejects.toMatchObject({
      code: 'IDP_FAILED',
    });
  });

  it('is read at its own well-known place, then at the root of its origin', async () => {
    expect((await locate({ documents: { [OWN]: DOCUMENT } })).asked).toEqual([OWN]);
    const { located, asked } = await locate({
      documents: { [ROOT]: { ...DOCUMENT, resource: 'https://mcp.example.com' } },
    });
    expect(asked).toEqual([OWN, ROOT]);
    // As it is written, without the slash that a URL would have.
    expect(located.resource).toBe('https://mcp.example.com');
  });

  it('is not needed by an upstream that is its own authorization server', async () => {
    const { located } = await locate({});
    expect(located).toMatchObject({ issuer: 'https://mcp.example.com', resource: UPSTREAM, scope: undefined });
  });

  it.each([
    'https://evil.example.com/v1/mcp',
    'https://mcp.example.com/v2',
    'https://mcp.example.com/v1/mc',
    'http://mcp.example.com/v1/mcp',
    'https://mcp.example.com:8443/v1/mcp',
    'https://mcp.example.com/v1/mcp?tenant=other',
    'not a url',
    7,
    undefined,
  ])('is refused when it is about %s', async (resource) => {
    await expect(locate({ documents: { [OWN]: { ...DOCUMENT, resource } } })).rejects.toMatchObject({
      code: 'IDP_FAILED',
      message: expect.stringContaining('another resource'),
      hint: expect.stringContaining('"resource" in oauth_metadata'),
    });
  });

  it.each([
    'http://127.0.0.1:8080/secrets.json',
    'https://127.0.0.1/x',
    'https://10.0.0.1/x',
    'https://[::1]/x',
    'https://intranet/x',
    'http://as.example.com/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:pass@as.example.com/x',
    '--help',
  ])('and its authorization server are not asked at %s', async (address) => {
    await expect(locate({ challenge: named(address) })).rejects.toMatchObject({ code: 'IDP_FAILED' });
    const documents = { [OWN]: { ...DOCUMENT, authorization_servers: [address] } };
    await expect(locate({ documents })).rejects.toMatchObject({ code: 'IDP_FAILED' });
  });

  it('may name what is as near as the upstream itself', async () => {
    const place = 'http://127.0.0.1:5001/.well-known/oauth-protected-resource/mcp';
    const documents = {
      [place]: { resource: 'http://127.0.0.1:5001/mcp', authorization_servers: ['http://127.0.0.1:5002'] },
    };
    const { located } = await locate({ url: 'http://127.0.0.1:5001/mcp', documents });
    expect(located.issuer).toBe('http://127.0.0.1:5002');
  });

  it('names the first authorization server that may be asked', async () => {
    const authorization_servers = ['http://127.0.0.1:1', 7, 'https://two.example.com', 'https://three.example.com'];
    const { located } = await locate({ documents: { [OWN]: { ...DOCUMENT, authorization_servers } } });
    expect(located.issuer).toBe('https://two.example.com');
  });

  it.each([[[]], [undefined], ['https://as.example.com']])(
    'is refused when its authorization servers are %j',
    async (servers) => {
      const documents = { [OWN]: { ...DOCUMENT, authorization_servers: servers } };
      await expect(locate({ documents })).rejects.toMatchObject({ hint: 'state its issuer in oauth_metadata' });
    },
  );

  it('is not taken for absent when it cannot be read now', async () => {
    const documents = { [OWN]: new Response('', { status: 503 }), [ROOT]: DOCUMENT };
    await expect(locate({ documents })).rejects.toMatchObject({ code: 'NETWORK' });
  });
});

describe('what the configuration states', () => {
  it('goes before the metadata, each member on its own', async () => {
    const documents = { [OWN]: DOCUMENT };
    const challenge = 'Bearer scope="of:challenge"';
    expect((await locate({ documents, challenge })).located.scope).toBe('of:challenge');
    const stated = { issuer: 'https://mine.example.com', scope: 'mine' };
    const { located } = await locate({ documents, challenge, stated });
    expect(located).toMatchObject({ issuer: 'https://mine.example.com', scope: 'mine', resource: UPSTREAM });
  });

  it('may name the resource, or none', async () => {
    const documents = { [OWN]: { ...DOCUMENT, resource: 'https://elsewhere.example.com' } };
    expect((await locate({ documents, stated: { resource: 'api://mine' } })).located.resource).toBe('api://mine');
    const own = { [OWN]: DOCUMENT };
    expect((await locate({ documents: own, stated: { resource: false } })).located.resource).toBeUndefined();
  });

  it('needs no issuer of a stranger when it has the token endpoint', async () => {
    const stated = { metadata: { token_endpoint: 'https://mine.example.com/token' } };
    expect((await locate({ documents: { [OWN]: DOCUMENT }, stated })).located.issuer).toBeUndefined();
  });
});
