import { EventEmitter, once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { json, raw } from '../../../support/loopback-http.js';
import { askOnline, brief, startSite, type Site } from '../../../support/online-stage.js';

const PRM = '/.well-known/oauth-protected-resource';
const RFC8414 = '/.well-known/oauth-authorization-server';
const OIDC = '/.well-known/openid-configuration';
const AT = '/mcpServers/up/url';

let site: Site;
let as: Site;
let url: string;
beforeEach(async () => {
  [site, as] = await Promise.all([startSite(), startSite()]);
  url = `${site.origin}/mcp`;
});

const gateway = (server: object = {}) => ({ mcpServers: { up: { url, ...server } } });
const challenge = (text: string): void => site.on('/mcp', raw('', { 'www-authenticate': text }, 401));
const serverOf = (issuer: string, changes: object = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  code_challenge_methods_supported: ['S256'],
  ...changes,
});
const wellKnownCalls = (of: Site): readonly string[] => of.calls.filter((call) => call.includes('/.well-known/'));

describe('an upstream', () => {
  it.each([200, 202, 400, 401, 403, 405, 406, 415])('is there when it answers %i', async (status) => {
    site.on('/mcp', raw('', {}, status));
    expect(await askOnline(gateway({ auth_type: 'headers', headers: { 'X-Key': 'a' } }))).toEqual([]);
    expect(site.calls).toEqual(['GET /mcp']);
  });

  it.each([
    [404, 'nothing is at this path'],
    [410, 'nothing is at this path'],
    [307, 'mcpgw follows no redirect of an upstream'],
  ])('that answers %i is probably not it', async (status, why) => {
    site.on('/mcp', raw('', { location: `${as.origin}/x` }, status));
    const found = await askOnline(gateway({ auth_type: 'none' }));
    expect(brief(found)).toEqual([`MCPGW210 warning ${AT}`]);
    expect(found[0]?.message).toBe(`the upstream ${site.origin} answered ${status}: ${why}`);
    expect(as.calls).toEqual([]);
  });

  it.each([408, 429, 500, 502, 503, 504])('that answers %i has said neither yes nor no', async (status) => {
    site.on('/mcp', raw('', {}, status));
    const found = await askOnline(gateway({ auth_type: 'none' }));
    expect(brief(found)).toEqual([`MCPGW201 error ${AT}`]);
    expect(found[0]?.message).toBe(`the upstream could not be checked: ${site.origin} answered ${status}`);
  });

  it('that asks for a credential contradicts auth_type none', async () => {
    site.on('/mcp', raw('', {}, 401));
    expect(brief(await askOnline(gateway({ auth_type: 'none' })))).toEqual([`MCPGW210 warning ${AT}`]);
  });

  it('that is down is undecided', async () => {
    await site.close();
    const found = await askOnline(gateway());
    expect(brief(found)).toEqual([`MCPGW201 error ${AT}`]);
    expect(found[0]?.message).toBe(
      `the upstream could not be checked: ${site.origin} could not be reached (ECONNREFUSED)`,
    );
  });

  it('that never answers is undecided, and its connection is closed', async () => {
    const events = new EventEmitter();
    const closed = once(events, 'close');
    site.on('/mcp', (request) => request.socket.on('close', () => events.emit('close')));
    expect(brief(await askOnline(gateway(), { limits: { timeoutMs: 50 } }))).toEqual([`MCPGW201 error ${AT}`]);
    await closed;
  });

  it('that opens an endless event stream is there, and the stream is closed', async () => {
    const events = new EventEmitter();
    const closed = once(events, 'close');
    site.on('/mcp', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const write = (): void => {
        while (response.write('data: {}\n\n'));
      };
      response.on('drain', write).on('close', () => events.emit('close'));
      write();
    });
    expect(await askOnline(gateway({ transport: 'sse', auth_type: 'none' }))).toEqual([]);
    await closed;
  });

  it('gets neither headers nor cookies of the configuration, nor a second request', async () => {
    site.on('/mcp', raw('', { 'set-cookie': 'a=b' }, 405));
    const config = {
      client_headers: { 'X-Client': 's3ntinel' },
      mcpServers: {
        up: { url, headers: { Authorization: 'Bearer s3ntinel' }, passthrough_headers: { 'X-Other': 's3ntinel' } },
        again: { url, headers: { Authorization: 'Bearer s3ntinel' } },
      },
    };
    expect(await askOnline(config)).toEqual([]);
    expect(site.calls).toEqual(['GET /mcp']);
    expect(site.received()).not.toMatch(/s3ntinel|cookie/i);
  });

  it('on plain http that the configuration allows is asked, its metadata are not', async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (address) => {
      asked.push(new Request(address).url);
      return new Response(null, { status: 401 });
    };
    const config = gateway({ url: 'http://mcp.example.com/mcp', allow_insecure_http: true });
    expect(brief(await askOnline(config, { fetch }))).toEqual([`MCPGW203 warning ${AT}`]);
    expect(asked).toEqual(['http://mcp.example.com/mcp']);
  });
});

describe("an upstream's protected-resource metadata", () => {
  it('is nothing to talk about when it leads to a login', async () => {
    challenge(`Bearer error="invalid_token", resource_metadata="${site.origin}/meta"`);
    site.on('/meta', json({ resource: url, authorization_servers: [as.origin] }));
    as.on(RFC8414, json(serverOf(as.origin)));
    expect(await askOnline(gateway())).toEqual([]);
    expect(site.calls).toEqual(['GET /mcp', 'GET /meta']);
    expect(as.calls).toEqual([`GET ${RFC8414}`]);
  });

  it('is looked for at its well-known places, with the path first', async () => {
    site.on('/mcp', raw('', {}, 401));
    const found = await askOnline(gateway());
    expect(brief(found)).toEqual([`MCPGW203 warning ${AT}`]);
    expect(site.calls).toEqual(['GET /mcp', `GET ${PRM}/mcp`, `GET ${PRM}`]);
  });

  it('need not be there when nothing says that a login is needed', async () => {
    site.on('/mcp', raw('', {}, 405));
    expect(await askOnline(gateway())).toEqual([]);
    expect(brief(await askOnline(gateway({ auth_type: 'oauth_auto' })))).toEqual([`MCPGW203 warning ${AT}`]);
  });

  it('of a neighbour on the same origin is nothing to an upstream that asks for no login', async () => {
    site.on('/b/mcp', raw('', {}, 405));
    site.on(PRM, json({ resource: `${site.origin}/a/mcp`, authorization_servers: ['http://as.example.com'] }));
    const neighbour = gateway({ url: `${site.origin}/b/mcp` });
    expect(await askOnline(neighbour)).toEqual([]);
    expect(site.calls).toEqual(['GET /b/mcp', `GET ${PRM}/b/mcp`]);
    site.on('/b/mcp', raw('', {}, 401));
    expect(brief(await askOnline(neighbour))).toEqual([`MCPGW211 error ${AT}`]);
  });

  it('that is its own is looked at also when nothing asks for a login', async () => {
    site.on('/mcp', raw('', {}, 405));
    site.on(`${PRM}/mcp`, json({ resource: url, authorization_servers: ['http://as.example.com'] }));
    expect(brief(await askOnline(gateway()))).toEqual([`MCPGW212 error ${AT}`]);
  });

  it('is not asked for when the configuration has headers', async () => {
    challenge(`Bearer resource_metadata="${site.origin}/meta"`);
    expect(await askOnline(gateway({ headers: { Authorization: 'x' } }))).toEqual([]);
    expect(site.calls).toEqual(['GET /mcp']);
  });

  it('is undecided when a place that may have it is not well', async () => {
    site.on('/mcp', raw('', {}, 401));
    site.on(PRM, raw('', {}, 500));
    expect(brief(await askOnline(gateway()))).toEqual([`MCPGW201 error ${AT}`]);
  });

  it.each(['https://evil.example/mcp', 'SITE/other', 'SITE/mc', 'SITE/mcp/x', 'SITE/mcp?x=1', 'ORIGIN'])(
    'about the resource %s is not about this upstream, and leads nowhere',
    async (resource) => {
      site.on('/mcp', raw('', {}, 401));
      const about = resource.replace('SITE', site.origin).replace('ORIGIN', as.origin);
      site.on(`${PRM}/mcp`, json({ resource: about, authorization_servers: [as.origin] }));
      const found = await askOnline(gateway());
      expect(brief(found)).toEqual([`MCPGW211 error ${AT}`]);
      expect(JSON.stringify(found)).not.toMatch(/evil/);
      expect(as.calls).toEqual([]);
    },
  );

  it.each(['SITE', 'SITE/', 'SITE/mcp', 'SITE/mcp/'])('may be about %s, which covers it', async (resource) => {
    site.on('/mcp', raw('', {}, 401));
    site.on(PRM, json({ resource: resource.replace('SITE', site.origin), authorization_servers: [as.origin] }));
    as.on(RFC8414, json(serverOf(as.origin)));
    expect(await askOnline(gateway())).toEqual([]);
  });

  it('may be kept by another server, as long as it is about this upstream', async () => {
    challenge(`Bearer resource_metadata="${as.origin}/meta"`);
    as.on('/meta', json({ resource: as.origin, authorization_servers: [as.origin] }));
    expect(brief(await askOnline(gateway()))).toEqual([`MCPGW211 error ${AT}`]);
    expect(as.calls).toEqual(['GET /meta']);
    as.on('/meta', json({ resource: url, authorization_servers: [as.origin] }));
    as.on(RFC8414, json(serverOf(as.origin)));
    expect(await askOnline(gateway())).toEqual([]);
  });

  it.each([
    ['no resource', { authorization_servers: [] }],
    ['a resource that is no URL', { resource: 7, authorization_servers: [] }],
    ['no authorization server', { resource: 'URL' }],
    ['authorization servers that are no list', { resource: 'URL', authorization_servers: 'x' }],
  ])('with %s leads to no login', async (_name, metadata) => {
    site.on('/mcp', raw('', {}, 401));
    site.on(
      PRM,
      json({ ...metadata, ...('resource' in metadata && metadata.resource === 'URL' && { resource: url }) }),
    );
    expect(brief(await askOnline(gateway()))).toEqual([`MCPGW203 error ${AT}`]);
  });

  it('is not needed where the configuration states the endpoints', async () => {
    const oauth = { authorization_endpoint: `${as.origin}/a`, token_endpoint: `${as.origin}/t` };
    site.on('/mcp', raw('', {}, 401));
    expect(await askOnline(gateway({ oauth_metadata: oauth }))).toEqual([]);
    expect(as.calls).toEqual([]);
  });
});

describe("an upstream's authorization server", () => {
  const named = (...servers: readonly unknown[]): void => {
    site.on('/mcp', raw('', {}, 401));
    site.on(PRM, json({ resource: url, authorization_servers: servers }));
  };

  it('is looked for where MCP says, the path behind the well-known part first', async () => {
    named(`${as.origin}/t/1`);
    expect(brief(await askOnline(gateway()))).toEqual([`MCPGW203 error ${AT}`]);
    expect(as.calls).toEqual([`GET ${RFC8414}/t/1`, `GET ${OIDC}/t/1`, `GET /t/1${OIDC}`]);
  });

  it('must name itself, and list S256', async () => {
    named(as.origin);
    as.on(RFC8414, json(serverOf('https://evil.example')));
    expect(brief(await askOnline(gateway()))).toEqual([`MCPGW206 error ${AT}`]);
    for (const methods of [undefined, [], ['plain'], 'S256']) {
      as.on(RFC8414, json(serverOf(as.origin, { code_challenge_methods_supported: methods })));
      expect(brief(await askOnline(gateway()))).toEqual([`MCPGW208 error ${AT}`]);
    }
    const stated = { oauth_metadata: { code_challenge_methods_supported: ['S256'] } };
    expect(await askOnline(gateway(stated))).toEqual([]);
  });

  it('needs no PKCE where no person logs in', async () => {
    named(as.origin);
    as.on(RFC8414, json(serverOf(as.origin, { code_challenge_methods_supported: undefined })));
    expect(await askOnline(gateway({ auth_type: 'oauth_client_credentials' }))).toEqual([]);
  });

  it('is undecided when it is down', async () => {
    named(as.origin);
    await as.close();
    expect(brief(await askOnline(gateway()))).toEqual([`MCPGW201 error ${AT}`]);
  });

  it('is the one that the configuration states, when it states one', async () => {
    named('https://evil.example');
    as.on(RFC8414, json(serverOf(as.origin, { code_challenge_methods_supported: undefined })));
    expect(brief(await askOnline(gateway({ oauth_metadata: { issuer: as.origin } })))).toEqual([
      'MCPGW208 error /mcpServers/up/oauth_metadata/issuer',
    ]);
    const byReference = gateway({ oauth_metadata: { issuer: '${AS}' } });
    const found = await askOnline(byReference, { env: { AS: `${as.origin}/s3ntinel` } });
    expect(brief(found)).toEqual(['MCPGW202 note /mcpServers/up/oauth_metadata/issuer']);
    expect(as.received()).not.toContain('s3ntinel');
  });

  it('is one of the first three', async () => {
    const servers = ['a', 'b', 'c', 'd', 'e'].map((name) => `${as.origin}/${name}`);
    for (const server of servers) as.on(RFC8414 + new URL(server).pathname, json(serverOf(server)));
    named(...servers);
    expect(brief(await askOnline(gateway()))).toEqual([`MCPGW202 note ${AT}`]);
    expect(wellKnownCalls(as)).toHaveLength(3);
  });

  it.each([
    'http://idp.example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:pass@idp.example.com',
    'nonsense',
    7,
    null,
    { a: 1 },
    `https://${'a.'.repeat(130)}example`,
  ])('at %j is not asked', async (server) => {
    named(server);
    const found = await askOnline(gateway());
    expect(brief(found)).toEqual([`MCPGW212 error ${AT}`]);
    expect(JSON.stringify(found)).not.toMatch(/idp\.example|passwd|alert|nonsense/);
  });
});

describe('a public upstream', () => {
  const PUBLIC = 'https://mcp.example.com/mcp';
  const stub = (answers: Readonly<Record<string, () => Response>>) => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (address) => {
      asked.push(new Request(address).url);
      return (answers[new Request(address).url] ?? (() => new Response(null, { status: 404 })))();
    };
    return { asked, fetch };
  };

  it.each([
    'http://127.0.0.1:8080',
    'https://localhost',
    'https://10.1.2.3',
    'https://[fd00::1]',
    'https://intranet',
    'https://sso.internal',
  ])('cannot have %s asked as its authorization server, which may be right all the same', async (server) => {
    const { asked, fetch } = stub({
      [PUBLIC]: () => new Response(null, { status: 401 }),
      [`https://mcp.example.com${PRM}/mcp`]: () => Response.json({ resource: PUBLIC, authorization_servers: [server] }),
    });
    expect(brief(await askOnline(gateway({ url: PUBLIC }), { fetch }))).toEqual([`MCPGW202 note ${AT}`]);
    expect(asked.every((address) => address.startsWith('https://mcp.example.com/'))).toBe(true);
  });

  it('cannot have this machine asked for its metadata', async () => {
    const secret = `${site.origin}/admin`;
    const { asked, fetch } = stub({
      [PUBLIC]: () =>
        new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer resource_metadata="${secret}"` } }),
    });
    const found = await askOnline(gateway({ url: PUBLIC }), { fetch });
    expect(brief(found)).toEqual([`MCPGW202 note ${AT}`]);
    expect(asked).toEqual([PUBLIC]);
  });

  it('is wrong to name a metadata address that nobody can use', async () => {
    const { fetch } = stub({
      [PUBLIC]: () =>
        new Response(null, {
          status: 401,
          headers: { 'www-authenticate': 'Bearer resource_metadata="http://mcp.example.com/meta"' },
        }),
    });
    const found = await askOnline(gateway({ url: PUBLIC }), { fetch });
    expect(brief(found).toSorted()).toEqual([`MCPGW203 warning ${AT}`, `MCPGW212 error ${AT}`]);
  });
});
