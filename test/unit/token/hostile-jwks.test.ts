import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/secret/secret.js';
import { createTokenVerifier } from '../../../src/token/verify.js';
import { generateKey, goodToken, NOW_MS, rulesWith } from '../../support/jwt.js';
import { json, startLoopbackHttp, type LoopbackHttp } from '../../support/loopback-http.js';

const key = generateKey('RS256', 'good');
let idp: LoopbackHttp;
beforeEach(async () => {
  idp = await startLoopbackHttp(json({}));
});
afterEach(() => idp.close());

describe('a set of keys', () => {
  it('is not spoilt by a key whose members are objects that have no text', async () => {
    idp.answerWith(json({ keys: [{ kty: 'RSA', e: 'AQAB', n: { toString: null } }, key.jwk] }));
    const source = { kind: 'jwksUri', url: `${idp.origin}/jwks`, cacheMaxAgeSeconds: 60 } as const;
    const { judge } = createTokenVerifier({ rules: rulesWith({ source }), host: { now: () => NOW_MS, fetch } });
    expect(await judge(new Secret(goodToken(key)))).toMatchObject({ verdict: 'accepted' });
  });
});
