// Okta: a custom authorization server issues the tokens. Those of the org server (no /oauth2/<id> in the issuer) are
// for Okta alone and cannot be validated by anybody else.
import { readHost } from '../read-address.js';
import { readWord } from '../read-text.js';
import { EXACT_REDIRECT, FIXED_REDIRECT, identityForwarding, login, tokenRules } from '../settings.js';
import type { Reading, Starter } from '../starter.js';

const DEFAULT_SERVER = '/oauth2/default';

export const okta: Starter = {
  name: 'okta',
  label: 'Okta',
  questions: [
    {
      name: 'domain',
      what: 'Okta domain, or the issuer of a custom authorization server',
      example: 'dev-1234.okta.com',
      placeholder: `https://YOUR_OKTA_DOMAIN${DEFAULT_SERVER}`,
      read: readIssuer,
    },
    {
      name: 'clientId',
      what: 'Client ID of the native app integration',
      example: '0oa1b2c3d4E5f6G7h8i9',
      placeholder: 'YOUR_CLIENT_ID',
      read: readWord,
    },
    {
      name: 'audience',
      what: 'Audience of the authorization server',
      example: 'api://default',
      placeholder: 'YOUR_AUDIENCE',
      read: readWord,
      byDefault: (answers) => (answers('domain').endsWith(DEFAULT_SERVER) ? 'api://default' : undefined),
    },
  ],
  setup: [
    `Applications: an OIDC app integration of the type Native Application with the grants Authorization Code and Refresh Token, and the sign-in redirect URI ${FIXED_REDIRECT}. Assign the people who may log in.`,
    'Security > API: an access policy of the authorization server that lets this app in. Custom authorization servers, `default` among them, come with API Access Management.',
  ],
  settings: (answers) => {
    const issuer = answers('domain');
    return [
      tokenRules({
        jwksUri: { value: `${issuer}/v1/keys`, why: 'The keys of this authorization server, not of the whole org.' },
        requiredClaims: {
          value: ['sub', 'uid'],
          why: '`sub` is the user name by default, which can change; `uid` is the ID that does not. A token of an app for itself has no `uid`.',
        },
        claims: [
          {
            claim: 'iss',
            value: issuer,
            why: 'No slash at the end. Tokens of the org server (https://… without /oauth2/…) are for Okta itself: nobody else can validate them.',
          },
          {
            claim: 'aud',
            value: [answers('audience')],
            why: 'The audience of the authorization server (Security > API), not the client ID: that one is in `cid`.',
          },
        ],
      }),
      identityForwarding({
        claims: ['sub', 'uid'],
        why: 'What the server learns of the caller, in the header X-User-Claims: claims that the rules above require.',
      }),
      login({
        issuer: { value: issuer, why: 'Endpoints come from its discovery document.' },
        clientId: { value: answers('clientId'), why: 'A native app is a public client: it has no secret.' },
        redirectUri: EXACT_REDIRECT,
        scope: {
          value: 'openid profile offline_access',
          why: '`offline_access` gives a refresh token. Scopes of your own go here, too; Okta lists what it granted in `scp`, which a rule above can then require.',
        },
      }),
    ];
  },
};

/** `dev-1.okta.com`, its address, or https://dev-1.okta.com/oauth2/<id>; the console's host is the org's with `-admin`. */
function readIssuer(text: string): Reading {
  const read = readHost(text);
  if ('problem' in read) return read;
  const host = read.host.replace(/-admin(\.okta(?:preview|-emea)?\.com)$/, '$1');
  if (read.path === '') return { value: `https://${host}${DEFAULT_SERVER}` };
  return /^\/oauth2\/(?!v1$)[A-Za-z0-9]+$/.test(read.path)
    ? { value: `https://${host}${read.path}` }
    : { problem: 'must be a domain, or the issuer of a custom authorization server (https://…/oauth2/<id>)' };
}
