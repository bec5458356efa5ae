import { describe, expect, it } from 'vitest';
import { sentSecrets, withoutSecrets } from '../../../src/oauth/sent-secrets.js';

const SECRET = 'a b/c+d=%&e';

function toldOf(secrets: readonly string[], text: string): unknown {
  return withoutSecrets({ error: 'invalid_request', error_description: text }, secrets)['error_description'];
}

describe('what a refusal says of what it was sent', () => {
  it.each(['code', 'code_verifier', 'refresh_token', 'token', 'client_secret', 'client_assertion'])(
    'has no %s in it, however it is spelled',
    (name) => {
      const secrets = sentSecrets({ body: new URLSearchParams({ [name]: SECRET }), headers: {} });
      const form = new URLSearchParams([['', SECRET]]).toString().slice(1);
      for (const spelled of [SECRET, form, encodeURIComponent(SECRET)]) {
        expect(toldOf(secrets, `not known: ${spelled}.`)).toBe('not known: [secret].');
      }
    },
  );

  it('has no client secret of Basic credentials in it, nor the credentials themselves', () => {
    const pair = `mcpgw:${new URLSearchParams([['', SECRET]]).toString().slice(1)}`;
    const encoded = Buffer.from(pair).toString('base64');
    const secrets = sentSecrets({ body: undefined, headers: { authorization: `Basic ${encoded}` } });
    expect(toldOf(secrets, `${SECRET}, ${encoded}`)).toBe('[secret], [secret]');
  });

  it('keeps a known error code, whatever the secret is, and cleans any other', () => {
    const secrets = sentSecrets({ body: new URLSearchParams({ refresh_token: 'grant' }), headers: {} });
    expect(withoutSecrets({ error: 'invalid_grant' }, secrets)).toEqual({ error: 'invalid_grant' });
    expect(withoutSecrets({ error: 'bad grant' }, secrets)).toEqual({ error: 'bad [secret]' });
  });

  it('is left alone where it says what is no secret', () => {
    const secrets = sentSecrets({ body: new URLSearchParams({ client_id: 'mcpgw', scope: 'openid' }), headers: {} });
    expect(toldOf(secrets, 'mcpgw may not have openid')).toBe('mcpgw may not have openid');
  });
});
