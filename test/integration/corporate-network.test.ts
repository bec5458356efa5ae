// Proxies, private authorities and client certificates, through the built program (spec: serve, "Corporate networks").
// Every server has a name that only the proxy can resolve: what does not go through it goes nowhere.
import { chmod, writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createCertificates,
  CREDENTIALS,
  IDP,
  openCorporateStage,
  UPSTREAM,
  type Certificates,
  type CorporateOptions,
  type CorporateStage,
} from '../support/corporate-stage.js';
import type { ProxyMood } from '../support/connect-proxy.js';
import { call } from '../support/line-host.js';
import { json } from '../support/scripted-upstream.js';

let certificates: Certificates;
const stages: CorporateStage[] = [];

beforeAll(async () => {
  certificates = await createCertificates();
});
afterAll(async () => {
  await Promise.all([certificates.upstreamCa.remove(), certificates.companyCa.remove()]);
});
afterEach(async () => {
  for (const stage of stages.splice(0)) {
    const printed = stage.printed();
    await stage.close();
    for (const secret of ['s3ntinel', Buffer.from(CREDENTIALS).toString('base64'), 'PRIVATE KEY']) {
      expect(printed).not.toContain(secret);
    }
  }
});

async function open(options: Omit<CorporateOptions, 'certificates'> = {}): Promise<CorporateStage> {
  const stage = await openCorporateStage({ certificates, ...options });
  stages.push(stage);
  return stage;
}

function identity({ idp }: CorporateStage): object {
  return {
    external_auth_config: { ...idp.externalAuthConfig, scope: 'openid offline_access' },
    jwt_validation: {
      jwksUri: idp.metadata.jwks_uri,
      claimValues: { iss: { values: idp.issuer }, aud: { values: idp.audience } },
    },
    user_identity_forwarding: { method: 'claims_header', include_claims: ['sub'] },
  };
}

describe('an upstream behind a proxy and mutual TLS', () => {
  it('is reached with the client certificate, over connections that stay', async () => {
    const stage = await open();
    const host = stage.serve(await stage.config());
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'scripted' } } });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: {} });
    const before = stage.proxy.asked.length;
    for (let id = 2; id <= 20; id++) {
      host.send(call(id));
      expect(await host.answer(id)).toMatchObject({ result: {} });
    }
    // What a session begins with goes at once: a notification, the standing GET, the first call.
    expect(before).toBeLessThanOrEqual(3);
    expect(stage.proxy.asked).toHaveLength(before);
    expect(new Set(stage.proxy.authorities())).toEqual(new Set([`${UPSTREAM}:443`]));
    expect(new Set(stage.front.clients)).toEqual(new Set(['laptop']));
    expect(stage.proxy.others).toEqual([]);
    // What is for the proxy is for nobody else.
    expect(stage.upstream.received.flatMap(({ headers }) => Object.keys(headers))).not.toContain('proxy-authorization');
    expect(Object.keys(stage.proxy.asked[0]?.headers ?? {}).toSorted()).toEqual([
      'connection',
      'host',
      'proxy-authorization',
    ]);
    expect((await host.end()).code).toBe(0);
  });

  it('is reached anew when the proxy has ended its connections', async () => {
    const stage = await open();
    const host = stage.serve(await stage.config());
    await host.open();
    host.send(call(1));
    await host.answer(1);
    const before = stage.proxy.asked.length;
    stage.proxy.cut();
    host.send(call(2));
    const answer = await host.answer(2);
    // Either the end was seen before the call, or the call was cut: then it may have run, and is not sent again.
    if (answer.error !== undefined) {
      host.send(call(3));
      expect(await host.answer(3)).toMatchObject({ result: {} });
    }
    expect(stage.proxy.asked.length).toBeGreaterThan(before);
  });

  it('is reached by plain http where that is allowed, by CONNECT as well', async () => {
    const stage = await open();
    const config = await stage.config({ url: `http://${UPSTREAM}/mcp`, tls: null, allow_insecure_http: true });
    const host = stage.serve(config, { HTTP_PROXY: stage.env['HTTPS_PROXY'] ?? '' });
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'scripted' } } });
    expect(new Set(stage.proxy.authorities())).toEqual(new Set([`${UPSTREAM}:80`]));
    expect(stage.proxy.others).toEqual([]);
  });

  it('is reached through an https proxy, whose authority is one of the machine', async () => {
    const stage = await open({ proxy: { secure: certificates.idp } });
    const host = stage.serve(await stage.config());
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'scripted' } } });
    expect(stage.proxy.authorities()).toContain(`${UPSTREAM}:443`);
  });

  it('keeps the authorities of the machine beside those of tls.ca', async () => {
    const stage = await open();
    // The upstream's authority is one of the machine, and tls.ca names another.
    const tls = { ...stage.tls, ca: certificates.companyCa.caFile };
    const host = stage.serve(await stage.config({ tls }), { NODE_EXTRA_CA_CERTS: certificates.upstreamCa.caFile });
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'scripted' } } });
  });

  it('is not believed without its authority, and says what is missing', async () => {
    const stage = await open();
    const host = stage.serve(await stage.config({ tls: null }));
    const { result } = await host.open();
    const said = JSON.stringify(result);
    expect(said).toContain(': its certificate is of an authority that is not trusted here');
    expect(said).toContain(`through the proxy ${stage.proxy.url}`);
    expect(stage.upstream.received).toEqual([]);
  });

  it('lets nobody in without a certificate, and says so', async () => {
    const stage = await open();
    const host = stage.serve(await stage.config({ tls: { ca: stage.tls.ca } }));
    const { result } = await host.open();
    expect(JSON.stringify(result)).toContain('it wants a client certificate');
    expect(stage.upstream.received).toEqual([]);
  });
});

describe('logins and tokens behind a proxy', () => {
  it('log in, verify, serve, refresh and log out through it, with the authority of the machine', async () => {
    const stage = await open({ idp: { accessTokenLifetimeSeconds: 2 } });
    const config = await stage.config({}, identity(stage));
    expect(await stage.login(['-c', config])).toMatchObject({ code: 0 });
    const token = await stage.run(['token', '-c', config]);
    expect(token).toMatchObject({ code: 0 });
    const asked = stage.proxy.asked.length;
    const verified = await stage.run([
      'verify-token',
      '-c',
      config,
      '--at',
      new Date().toISOString(),
      token.stdout.trim(),
    ]);
    expect(verified).toMatchObject({ code: 0 });
    expect(stage.proxy.asked).toHaveLength(asked + 1);

    const host = stage.serve(config);
    await host.open();
    // The token has ended meanwhile, or does soon: it is refreshed in a process of its own.
    while (stage.idp.refreshes() === 0) {
      const id = `call-${Math.random()}`;
      host.send(call(id));
      expect(await host.answer(id)).toMatchObject({ result: {} });
    }
    expect(stage.idp.refusedRefreshes()).toBe(0);
    expect(new Set(stage.proxy.authorities())).toEqual(new Set([`${IDP}:443`, `${UPSTREAM}:443`]));
    expect(new Set(stage.front.clients)).toEqual(new Set(['laptop']));
    // What is for the upstream alone.
    expect(new Set(stage.idpFront.clients)).toEqual(new Set(['']));
    expect(await stage.run(['logout', '-c', config, '--all'])).toMatchObject({ code: 0 });
    expect(stage.idp.requests).toContain('POST /token/revocation');
    expect(stage.proxy.others).toEqual([]);
  });

  it('say what the proxy does when it does not let them through', async () => {
    const stage = await open();
    const config = await stage.config({}, identity(stage));
    stage.proxy.setMood({ status: 403 });
    const failed = await stage.login(['-c', config]);
    expect(failed).toMatchObject({ code: 3 });
    expect(failed.stderr).toContain(`the proxy ${stage.proxy.url} does not let this server through (403)`);
  });

  it('read the metadata of the upstream with its tls, and refresh where the upstream itself gives the tokens', async () => {
    const metadata = { resource: `https://${UPSTREAM}/mcp`, authorization_servers: [`https://${UPSTREAM}`] };
    const stage = await open({
      isIdpAtUpstream: true,
      idp: {
        registration: true,
        resources: true,
        accessTokenLifetimeSeconds: 2,
        intercept: (request, response) => {
          if (request.url === '/mcp') {
            const resource = `https://${UPSTREAM}/.well-known/oauth-protected-resource/mcp`;
            response
              .writeHead(401, { 'www-authenticate': `Bearer scope="mcp:read", resource_metadata="${resource}"` })
              .end();
            return true;
          }
          return request.url === '/.well-known/oauth-protected-resource/mcp' && json(response, metadata);
        },
      },
    });
    const config = await stage.config({ auth_type: 'oauth_auto' });
    const login = await stage.login(['-c', config]);
    expect(login.stderr).toContain('logged in at');
    while (stage.idp.refreshes() === 0) expect(await stage.run(['token', '-c', config])).toMatchObject({ code: 0 });
    expect(stage.idp.refusedRefreshes()).toBe(0);
    expect(new Set(stage.proxy.authorities())).toEqual(new Set([`${UPSTREAM}:443`]));
    expect(new Set(stage.front.clients)).toEqual(new Set(['laptop']));
  });

  it('validate --online asks through it, with the tls of the upstream', async () => {
    const stage = await open();
    const config = await stage.config({}, identity(stage));
    const valid = await stage.run(['validate', '--online', '-c', config].filter((word) => word !== '-c'));
    expect(`${valid.stdout}${valid.stderr}`).not.toMatch(/could not be/);
    expect(new Set(stage.proxy.authorities())).toEqual(new Set([`${IDP}:443`, `${UPSTREAM}:443`]));
    expect(new Set(stage.front.clients)).toEqual(new Set(['laptop']));
    expect(new Set(stage.idpFront.clients)).toEqual(new Set(['']));
    expect(stage.upstream.received.map(({ method }) => method)).toContain('GET');
  });
});

describe('a proxy that does not help', () => {
  it.each<[string, ProxyMood, { readonly says: string; readonly reason: string }]>([
    [
      'wants other credentials',
      { status: 407 },
      { says: 'does not take the credentials of HTTPS_PROXY (407)', reason: 'PROXY_407' },
    ],
    ['refuses the server', { status: 403 }, { says: 'does not let this server through (403)', reason: 'PROXY_403' }],
    ['cannot reach it', { status: 502 }, { says: 'cannot reach the server (502)', reason: 'PROXY_502' }],
    ['says something else', { status: 302 }, { says: 'answered CONNECT with 302', reason: 'PROXY_302' }],
    ['cuts the connection', 'cuts', { says: 'closed the connection (ECONNRESET)', reason: 'PROXY_ECONNRESET' }],
    [
      'is no proxy',
      { says: 'SSH-2.0-x\r\n\r\n' },
      { says: 'does not answer as a proxy does (HPE_', reason: 'PROXY_HPE_' },
    ],
    ['cuts behind its answer', 'cuts-later', { says: 'ECONNRESET, through the proxy', reason: 'ECONNRESET' }],
  ])('%s: the host is told that it is the proxy', async (_title, mood, { says, reason }) => {
    const stage = await open();
    const host = stage.serve(await stage.config());
    await host.open();
    host.send(call(1));
    await host.answer(1);
    stage.proxy.setMood(mood);
    stage.proxy.cut();
    host.send(call(2));
    await host.answer(2);
    host.send(call(3));
    const { error } = await host.answer(3);
    expect(error?.message).toContain(`the upstream demo (${UPSTREAM}) could not be reached (`);
    expect(error?.message).toContain(says);
    expect(error?.message).toContain(stage.proxy.url);
    expect(error?.data).toMatchObject({ server: 'demo', retryable: true });
    expect(error?.data?.['reason']).toMatch(new RegExp(`^${reason}`));
    // And when it is a proxy again, so is the server there.
    stage.proxy.setMood('passes');
    host.send(call(4));
    expect(await host.answer(4)).toMatchObject({ result: {} });
  });

  it('wants credentials, and there are none', async () => {
    const stage = await open();
    const host = stage.serve(await stage.config(), { HTTPS_PROXY: stage.proxy.url });
    const { result } = await host.open();
    expect(JSON.stringify(result)).toContain(
      `the proxy ${stage.proxy.url} wants credentials (407): they belong into the URL of HTTPS_PROXY`,
    );
  });

  it('is down', async () => {
    const stage = await open();
    const port = await freePort();
    const host = stage.serve(await stage.config(), { HTTPS_PROXY: `http://${CREDENTIALS}@127.0.0.1:${port}` });
    const { result } = await host.open();
    expect(JSON.stringify(result)).toContain(`the proxy http://127.0.0.1:${port} refuses connections (ECONNREFUSED)`);
  });

  it('has a name that leads nowhere', async () => {
    const stage = await open();
    const host = stage.serve(await stage.config(), { https_proxy: `http://${CREDENTIALS}@proxy.corp.invalid:3128` });
    const { result } = await host.open();
    expect(JSON.stringify(result)).toContain('the proxy http://proxy.corp.invalid:3128 cannot be resolved (E');
  });

  it.each(['socks5://', 'ftp://'])('is none (%s): nothing starts, and nothing goes without it', async (scheme) => {
    const stage = await open();
    const config = await stage.config();
    const env = { HTTPS_PROXY: '', ALL_PROXY: `${scheme}${CREDENTIALS}@proxy.corp.example:1080` };
    expect(await stage.run(['serve', '-c', config], env)).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: expect.stringContaining('error: the variable ALL_PROXY names no http:// or https:// proxy\nhint: '),
    });
    const online = await stage.run(['validate', '--online', config], env);
    expect(online.stdout + online.stderr).toContain('(the variable ALL_PROXY names no http:// or https:// proxy)');
  });
});

describe('servers that are exempt', () => {
  it('are asked directly when NO_PROXY says so', async () => {
    const stage = await open();
    const host = stage.serve(await stage.config(), { NO_PROXY: '.corp.example' });
    const { result } = await host.open();
    expect(JSON.stringify(result)).toMatch(/could not be reached \((?:ENOTFOUND|EAI_AGAIN)\)/);
    expect(stage.proxy.asked).toEqual([]);
  });

  it('are those of this machine, whatever the variables say', async () => {
    const stage = await open();
    const { proxy, upstream } = stage;
    const all = Object.fromEntries(
      ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [
        [name, proxy.url],
        [name.toLowerCase(), proxy.url],
      ]),
    );
    for (const name of ['127.0.0.1', 'localhost']) {
      const url = upstream.url.replace('127.0.0.1', name);
      const config = await stage.config({ url, tls: null });
      const host = stage.serve(config, { ...all, NO_PROXY: '' });
      expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'scripted' } } });
      expect(await stage.run(['validate', '--online', config], all)).toMatchObject({
        code: 0,
      });
    }
    expect(proxy.asked).toEqual([]);
    expect(proxy.others).toEqual([]);
  });

  it('are those that a login comes back to', async () => {
    const stage = await open();
    const config = await stage.config({}, identity(stage));
    expect(await stage.login(['-c', config])).toMatchObject({ code: 0 });
    expect(new Set(stage.proxy.authorities())).toEqual(new Set([`${IDP}:443`]));
    expect(stage.proxy.others).toEqual([]);
  });
});

describe('files of tls', () => {
  it.each<[string, MakeTls, { readonly line: number; readonly says: string }]>([
    [
      'that are missing',
      ({ tls }) => ({ ...tls, ca: 'nowhere.pem' }),
      { line: 6, says: 'cannot be read: there is no such file' },
    ],
    ['that are directories', ({ tls }) => ({ ...tls, ca: '.' }), { line: 6, says: 'is no regular file' }],
    [
      'that are not PEM',
      async ({ tls, sandbox }) => ({ ...tls, cert: await sandbox.file('cert.der', '0\u0082') }),
      { line: 7, says: 'holds no certificate in PEM' },
    ],
    [
      'that are damaged',
      async ({ tls, sandbox }) => ({
        ...tls,
        ca: await sandbox.file('bad.pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'),
      }),
      { line: 6, says: 'holds a certificate that cannot be read' },
    ],
    [
      'that are confused',
      ({ tls }) => ({ ...tls, cert: tls.key }),
      { line: 7, says: 'holds a key and no certificate' },
    ],
    ['that hold no key', ({ tls }) => ({ ...tls, key: tls.cert }), { line: 8, says: 'holds no private key in PEM' }],
    [
      'whose key has a passphrase',
      async ({ tls, sandbox }) => ({ ...tls, key: await sandbox.file('encrypted.key', encryptedKey()) }),
      { line: 8, says: 'is encrypted, and nobody can be asked for its passphrase' },
    ],
    [
      'whose key is of another certificate',
      ({ tls }) => ({ ...tls, key: certificates.idp.keyFile }),
      { line: 8, says: 'does not belong to the certificate of `cert`' },
    ],
    [
      'whose text was put in their place',
      ({ tls }) => ({ ...tls, key: `\${file:${tls.key}}` }),
      { line: 8, says: 'must be a path' },
    ],
  ])(
    '%s stop serve before it starts, with their place, and validate says the same',
    async (_title, tlsOf, { line, says }) => {
      const stage = await open();
      const config = await stage.config({ tls: await tlsOf(stage) });
      const served = await stage.run(['serve', '-c', config]);
      expect(served).toMatchObject({ code: 2, stdout: '' });
      expect(served.stderr).toMatch(new RegExp(`gateway\\.json:${line}:\\d+ error MCPGW119 `));
      expect(served.stderr).toContain(says);
      expect(served.stderr).toContain('help: ');
      const validated = await stage.run(['validate', config]);
      expect(validated).toMatchObject({ code: 1 });
      expect(validated.stdout).toContain(says);
      expect(await stage.run(['validate', '--no-resolve', config])).toMatchObject({ code: 0 });
      // It sends nothing, and needs none of them.
      expect(await stage.run(['simulate', '-c', config, '--claims', '{"sub":"ana"}'])).toMatchObject({ code: 0 });
      expect(stage.proxy.asked).toEqual([]);
    },
  );

  it('are relative to the configuration, and may be one for certificate and key', async () => {
    const stage = await open();
    await stage.sandbox.file('ca.pem', certificates.upstreamCa.ca);
    await stage.sandbox.file('both.pem', `${certificates.client.key}${certificates.client.cert}`);
    const host = stage.serve(await stage.config({ tls: { ca: 'ca.pem', cert: 'both.pem', key: './both.pem' } }));
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'scripted' } } });
  });

  it('may hold several authorities', async () => {
    const stage = await open();
    const ca = await stage.sandbox.file('ca.pem', `${certificates.companyCa.ca}\n${certificates.upstreamCa.ca}`);
    const host = stage.serve(await stage.config({ tls: { ...stage.tls, ca } }));
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'scripted' } } });
  });

  it('are warned of when others can read the key, by serve and by validate', async () => {
    const stage = await open();
    const key = path.join(stage.sandbox.directory, 'shared.key');
    await writeFile(key, certificates.client.key);
    await chmod(key, 0o644);
    const config = await stage.config({ tls: { ...stage.tls, key } });
    const host = stage.serve(config);
    await host.open();
    expect(host.stderr()).toContain('other users of this machine can read the private key that `tls` names');
    const validated = await stage.run(['validate', config]);
    expect(validated.stdout).toContain('MCPGW033');
  });

  it('of a configuration that was only found may be no client certificate', async () => {
    const stage = await open();
    await stage.sandbox.file('mcpgw.json', { mcpServers: { demo: { url: stage.url, tls: stage.tls } } });
    const served = await stage.run(['serve']);
    expect(served).toMatchObject({ code: 2, stdout: '' });
    expect(served.stderr).toContain(
      'MCPGW117 a configuration that was only found here may not use a client certificate',
    );
  });
});

/** What stands for `tls` in the configuration, whose members have lines 6 (`ca`), 7 (`cert`) and 8 (`key`). */
type MakeTls = (stage: CorporateStage) => object | Promise<object>;

function encryptedKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  return address.port;
}
