// Any OpenID Connect or OAuth 2.0 provider whose access tokens are JWTs (RFC 9068): everything is asked for, because
// nothing can be derived.
import { readEndpoint } from '../read-address.js';
import { readWord } from '../read-text.js';
import { identityForwarding, login, tokenRules } from '../settings.js';
import type { Reading, Starter } from '../starter.js';

export const generic: Starter = {
  name: 'generic',
  label: 'any other OpenID Connect provider',
  questions: [
    {
      name: 'issuer',
      what: 'Issuer, exactly as the discovery document writes it',
      example: 'https://idp.example.com',
      placeholder: 'https://YOUR_ISSUER',
      read: readIssuer,
    },
    {
      name: 'jwksUri',
      what: '`jwks_uri` of the discovery document',
      example: 'https://idp.example.com/jwks',
      placeholder: 'https://YOUR_JWKS_URI',
      read: readEndpoint,
    },
    {
      name: 'clientId',
      what: 'Client ID',
      example: 'mcpgw',
      placeholder: 'YOUR_CLIENT_ID',
      read: readWord,
    },
    {
      name: 'audience',
      what: 'Audience of the access tokens for this gateway',
      example: 'https://gateway.example.com/mcp',
      placeholder: 'YOUR_AUDIENCE',
      read: readWord,
    },
  ],
  setup: [
    'A public client (RFC 8252) with the authorization code grant, PKCE, and the redirect URI http://127.0.0.1/callback with any port.',
    "Access tokens that are JWTs, with this gateway as their audience. `mcpgw token | mcpgw decode-token` shows what the provider's tokens really say.",
  ],
  settings: (answers) => [
    tokenRules({
      jwksUri: {
        value: answers('jwksUri'),
        why: 'Stands in the discovery document (<issuer>/.well-known/openid-configuration).',
      },
      algorithms: { value: ['RS256'], why: 'What the header of the access tokens says: RS256, PS256, ES256, EdDSA, …' },
      requiredClaims: { value: ['sub'], why: 'RFC 9068 demands `sub`. Whatever else has to be there goes here.' },
      claims: [
        { claim: 'iss', value: answers('issuer'), why: 'Compared exactly: a slash at the end makes another issuer.' },
        {
          claim: 'aud',
          value: [answers('audience')],
          why: 'One text or a list; a token for another service is refused.',
        },
      ],
    }),
    identityForwarding({
      claims: ['sub'],
      why: 'What the server learns of the caller, in the header X-User-Claims: claims that the rules above require.',
    }),
    login({
      issuer: { value: answers('issuer'), why: 'Endpoints come from its discovery document.' },
      clientId: {
        value: answers('clientId'),
        why: 'mcpgw registers no client by itself yet, so it needs one that exists.',
      },
      client: [
        {
          key: 'client_secret',
          value: '${OAUTH_CLIENT_SECRET}',
          comment: 'Only for a client that has one: from the environment, never in this file.',
          isOff: true,
        },
        {
          key: 'redirect_uri',
          value: 'http://127.0.0.1:8914/callback',
          comment: 'Only for a provider that compares the port, too. By default it is a free one.',
          isOff: true,
        },
        {
          key: 'resource',
          value: answers('audience'),
          comment: 'Only for a provider that takes the audience from the request (RFC 8707).',
          isOff: true,
        },
      ],
      scope: {
        value: 'openid',
        why: 'Scopes of your own go here, too. mcpgw adds `offline_access` where the provider lists it.',
      },
    }),
  ],
};

/** Whether a slash stands at its end cannot be told from the address of the discovery document. */
function readIssuer(text: string): Reading {
  return text.includes('/.well-known/')
    ? { problem: 'must be the issuer that the discovery document names, not the address of that document' }
    : readEndpoint(text);
}
