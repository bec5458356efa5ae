import { EventEmitter, once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateKey } from '../../../support/jwt.js';
import { json, raw, type Answer } from '../../../support/loopback-http.js';
import { askOnline, brief, startSite, type Site } from '../../../support/online-stage.js';

let site: Site;
let jwksUri: string;
beforeEach(async () => {
  site = await startSite();
  jwksUri = `${site.origin}/jwks?tenant=s3cret`;
});

const keys = {
  rsa: generateKey('RS256', 'rsa').jwk,
  short: generateKey('RS256', 'short', { modulusLength: 1024 }).jwk,
  ec: generateKey('ES256', 'ec').jwk,
};

const answering = (answer: Answer): void => site.on('/jwks?tenant=s3cret', answer);

describe('the keys of jwksUri', () => {
  it('are nothing to talk about when one of them fits', async () => {
    answering(json({ keys: [keys.ec, keys.short, { kty: 'oct', k: 'AAAA' }, null, 7, keys.rsa] }));
    expect(await askOnline({ jwt_validation: { jwksUri } })).toEqual([]);
    expect(site.calls).toEqual(['GET /jwks?tenant=s3cret']);
  });

  const REFUSED: readonly (readonly [string, Answer, string])[] = [
    ['404', raw('', {}, 404), 'answered 404'],
    ['403', raw('', {}, 403), 'answered 403'],
    ['HTML', raw('<html></html>'), 'did not answer with a JSON object'],
    ['nothing', raw(''), 'did not answer with a JSON object'],
    ['a JSON array', json([keys.rsa]), 'did not answer with a JSON object'],
    ['an object without keys', json({ jwks: [] }), 'did not answer with a JWK set'],
    ['keys that are no list', json({ keys: {} }), 'did not answer with a JWK set'],
    ['2 MiB', json({ keys: [], x: 'x'.repeat(2 * 1024 * 1024) }), 'answered with more than 1048576 bytes'],
    [
      'a gzip bomb',
      raw(gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), { 'content-encoding': 'gzip' }),
      'answered with more than 1048576 bytes',
    ],
    ['a redirect to itself', raw('', { location: '/jwks?tenant=s3cret' }, 302), 'redirects more than 3 times'],
    ['a redirect to a file', raw('', { location: 'file:///etc/passwd' }, 302), 'redirects to somewhere else'],
  ];

  it.each(REFUSED)('are missing when the answer is %s', async (_name, answer, why) => {
    answering(answer);
    const [finding, ...others] = await askOnline({ jwt_validation: { jwksUri } });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      code: 'MCPGW203',
      severity: 'error',
      pointer: '/jwt_validation/jwksUri',
      message: `\`jwksUri\` gives no keys: ${site.origin} ${why}`,
    });
  });

  it('are not looked for where a redirect leads to another origin', async () => {
    const other = await startSite();
    other.on('/jwks', json({ keys: [keys.rsa] }));
    answering(raw('', { location: `${other.origin}/jwks` }, 307));
    expect(brief(await askOnline({ jwt_validation: { jwksUri } }))).toEqual(['MCPGW203 error /jwt_validation/jwksUri']);
    expect(other.calls).toEqual([]);
  });

  it.each([408, 429, 500, 502, 503])('are undecided when the answer is %i', async (status) => {
    answering(raw('<html>busy</html>', {}, status));
    const found = await askOnline({ jwt_validation: { jwksUri } });
    expect(brief(found)).toEqual(['MCPGW201 error /jwt_validation/jwksUri']);
    expect(found[0]?.message).toBe(`\`jwksUri\` could not be checked: ${site.origin} answered ${status}`);
  });

  it('are undecided when nobody listens', async () => {
    await site.close();
    const found = await askOnline({ jwt_validation: { jwksUri } });
    expect(brief(found)).toEqual(['MCPGW201 error /jwt_validation/jwksUri']);
    expect(found[0]?.message).toContain(`${site.origin} could not be reached (ECONNREFUSED)`);
  });

  it('are undecided when no answer comes in time, and the connection is closed', async () => {
    const events = new EventEmitter();
    const closed = once(events, 'close');
    answering((request) => request.socket.on('close', () => events.emit('close')));
    const found = await askOnline({ jwt_validation: { jwksUri } }, { limits: { timeoutMs: 50 } });
    expect(brief(found)).toEqual(['MCPGW201 error /jwt_validation/jwksUri']);
    expect(found[0]?.message).toContain('did not answer within 0.05 s');
    await closed;
  });

  const USELESS: readonly (readonly [string, readonly unknown[], string])[] = [
    ['none', [], 'it holds no key at all'],
    ['what is no key', [null, 1, 'RSA', [], {}, { kty: 7 }, { kty: 'RSA' }], 'it holds no key at all'],
    ['symmetric keys', [{ kty: 'oct', k: 'AAAA' }], '(its kty is not RSA)'],
    ['keys for encryption', [{ ...keys.rsa, use: 'enc' }], '(its use is not sig)'],
    ['keys of another algorithm', [{ ...keys.rsa, alg: 'RS512' }], '(its alg is not RS256)'],
    ['elliptic keys for RS256', [keys.ec], '(its kty is not RSA)'],
  ];

  it.each(USELESS)('are useless when they are %s', async (_name, set, why) => {
    answering(json({ keys: set }));
    const found = await askOnline({ jwt_validation: { jwksUri } });
    expect(brief(found)).toEqual(['MCPGW204 error /jwt_validation/jwksUri']);
    expect(found[0]?.message).toContain(why);
  });

  it('are useless when they are private, whatever else they are', async () => {
    answering(json({ keys: [{ ...keys.rsa, d: 'AQAB' }] }));
    expect(brief(await askOnline({ jwt_validation: { jwksUri } }))).toEqual(['MCPGW204 error /jwt_validation/jwksUri']);
  });

  it('are useless when all RSA keys are short', async () => {
    answering(json({ keys: [keys.short, keys.ec, { ...keys.rsa, use: 'enc' }] }));
    expect(brief(await askOnline({ jwt_validation: { jwksUri } }))).toEqual(['MCPGW205 error /jwt_validation/jwksUri']);
  });

  it('are half useless, a warning, when an elliptic key fits another algorithm', async () => {
    answering(json({ keys: [keys.short, keys.ec] }));
    const algorithms = ['RS256', 'ES256'];
    expect(brief(await askOnline({ jwt_validation: { jwksUri, algorithms } }))).toEqual([
      'MCPGW205 warning /jwt_validation/jwksUri',
    ]);
  });

  it('may hold short keys of algorithms that are not configured', async () => {
    answering(json({ keys: [keys.short, keys.ec] }));
    expect(await askOnline({ jwt_validation: { jwksUri, algorithms: ['ES256'] } })).toEqual([]);
  });

  it('need not fit every configured algorithm', async () => {
    answering(json({ keys: [keys.ec] }));
    expect(await askOnline({ jwt_validation: { jwksUri, algorithms: ['RS256', 'ES256'] } })).toEqual([]);
  });

  it('do not tell which algorithms a reference configured', async () => {
    answering(json({ keys: [keys.ec] }));
    const config = { jwt_validation: { jwksUri, algorithms: ['${ALGORITHM}'] } };
    const found = await askOnline(config, { env: { ALGORITHM: 'PS512' } });
    expect(brief(found)).toEqual(['MCPGW204 error /jwt_validation/jwksUri']);
    expect(JSON.stringify(found)).not.toMatch(/PS512|RSA/);
  });

  it('are not judged by an algorithm that --no-resolve leaves open', async () => {
    answering(json({ keys: [keys.ec] }));
    const config = { jwt_validation: { jwksUri, algorithms: ['RS256', '${ALGORITHM}'] } };
    expect(await askOnline(config, { resolveReferences: false })).toEqual([]);
    expect(site.calls).toHaveLength(1);
  });

  it('are not asked for when the address came from a reference', async () => {
    const found = await askOnline({ jwt_validation: { jwksUri: '${KEYS}' } }, { env: { KEYS: jwksUri } });
    expect(brief(found)).toEqual(['MCPGW202 note /jwt_validation/jwksUri']);
    expect(site.calls).toEqual([]);
  });

  it('are asked for once, however many servers name them', async () => {
    answering(json({ keys: [keys.ec] }));
    const config = {
      jwt_validation: { jwksUri },
      mcpServers: {
        a: { url: `${site.origin}/a`, auth_type: 'none' },
        b: { url: `${site.origin}/a`, auth_type: 'none', jwt_validation: { jwksUri: `${jwksUri}#x` } },
        c: { url: `${site.origin}/a`, auth_type: 'none' },
      },
    };
    site.on('/a', raw('', {}, 405));
    expect(brief(await askOnline(config))).toEqual([
      'MCPGW204 error /jwt_validation/jwksUri',
      'MCPGW204 error /mcpServers/b/jwt_validation/jwksUri',
    ]);
    expect(site.calls.toSorted()).toEqual(['GET /a', 'GET /jwks?tenant=s3cret']);
  });
});

describe('the keys in jwks', () => {
  let unasked: typeof fetch;
  beforeAll(() => {
    unasked = async () => {
      throw new Error('nothing may be asked');
    };
  });

  it('are judged as they stand, and nobody is asked', async () => {
    const found = await askOnline({ jwt_validation: { jwks: { keys: [keys.ec] } } }, { fetch: unasked });
    expect(brief(found)).toEqual(['MCPGW204 error /jwt_validation/jwks']);
    expect(await askOnline({ jwt_validation: { jwks: { keys: [keys.ec, keys.rsa] } } }, { fetch: unasked })).toEqual(
      [],
    );
  });

  it('are not judged when a part of one is a reference that has no value here', async () => {
    const config = { jwt_validation: { jwks: { keys: [{ ...keys.rsa, use: '${USE}' }] } } };
    expect(await askOnline(config, { resolveReferences: false })).toEqual([]);
    expect(brief(await askOnline(config, { env: { USE: 'enc' } }))).toEqual(['MCPGW204 error /jwt_validation/jwks']);
  });
});

it('a placeholder is asked nowhere, and that is said', async () => {
  const found = await askOnline(
    {
      mcpServers: {
        a: {
          url: 'https://YOUR_MCP_SERVER/mcp',
          jwt_validation: {
            jwksUri: 'https://YOUR_DOMAIN/keys',
            claimValues: { iss: { values: 'https://YOUR_DOMAIN' } },
          },
        },
      },
    },
    {
      fetch: () => Promise.reject(new Error('nothing is to be asked')),
    },
  );
  expect(found.map(({ code, severity, message }) => `${code} ${severity} ${message}`)).toEqual([
    'MCPGW202 note `url` is still a placeholder, so it was not checked',
    'MCPGW202 note `jwksUri` is still a placeholder, so it was not checked',
    'MCPGW202 note `values` is still a placeholder, so it was not checked',
  ]);
});
