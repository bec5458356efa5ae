// Auth0: access tokens are JWTs only when an API is asked for by `audience`, and the issuer ends with a slash.
import { readHost } from '../read-address.js';
import { readWord } from '../read-text.js';
import { EXACT_REDIRECT, FIXED_REDIRECT, identityForwarding, login, tokenRules } from '../settings.js';
import type { Reading, Starter } from '../starter.js';

export const auth0: Starter = {
  name: 'auth0',
  label: 'Auth0',
  questions: [
    {
      name: 'domain',
      what: 'Auth0 domain, or custom domain',
      example: 'acme.eu.auth0.com',
      placeholder: 'https://YOUR_AUTH0_DOMAIN/',
      read: readIssuer,
    },
    {
      name: 'clientId',
      what: 'Client ID of the native application',
      example: 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6',
      placeholder: 'YOUR_CLIENT_ID',
      read: readWord,
    },
    {
      name: 'audience',
      what: 'Identifier of the API that stands for this gateway',
      example: 'https://gateway.example.com/mcp',
      placeholder: 'YOUR_API_IDENTIFIER',
      read: readWord,
    },
  ],
  setup: [
    `Applications > Applications: one of the type Native, with the grants Authorization Code and Refresh Token, and the Allowed Callback URL ${FIXED_REDIRECT}.`,
    'Applications > APIs: one for this gateway, signed with RS256, with Allow Offline Access switched on.',
  ],
  settings: (answers) => {
    const issuer = answers('domain');
    return [
      tokenRules({
        jwksUri: {
          value: `${issuer}.well-known/jwks.json`,
          why: 'The keys of the tenant: all of its APIs share them.',
        },
        algorithms: {
          value: ['RS256'],
          why: 'HS256, the other choice of an Auth0 API, would need a shared secret: mcpgw refuses it.',
        },
        requiredClaims: {
          value: ['sub'],
          why: 'Access tokens have no `email`: a post-login Action can add it as a claim with a namespace of yours.',
        },
        claims: [
          {
            claim: 'iss',
            value: issuer,
            why: 'With the slash at the end: Auth0 writes it, and the comparison is exact. It is the domain that the login went to, so a custom domain stands here, too.',
          },
          {
            claim: 'aud',
            value: [answers('audience')],
            why: 'Usually a list: the identifier of the API, and /userinfo when `openid` was asked for.',
          },
        ],
      }),
      identityForwarding({
        claims: ['sub'],
        why: 'What the server learns of the caller, in the header X-User-Claims: claims that the rules above require.',
      }),
      login({
        issuer: { value: issuer, why: 'Endpoints come from its discovery document.' },
        clientId: { value: answers('clientId'), why: 'A native application is a public client: it has no secret.' },
        redirectUri: EXACT_REDIRECT,
        more: [
          {
            key: 'authorization_params',
            value: { members: [{ key: 'audience', value: answers('audience') }] },
            comment: 'Without it Auth0 issues an opaque token for /userinfo, which nobody else can validate.',
          },
        ],
        scope: {
          value: 'openid profile offline_access',
          why: '`offline_access` gives a refresh token. Permissions of the API go here, too; what was granted is in `scope`, which a rule above can then require.',
        },
      }),
    ];
  },
};

function readIssuer(text: string): Reading {
  const read = readHost(text);
  if ('problem' in read) return read;
  return read.path === ''
    ? { value: `https://${read.host}/` }
    : { problem: 'must be the domain alone, without a path' };
}
