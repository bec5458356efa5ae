// Amazon Cognito user pools: access tokens say who asked (`client_id`) and what they are (`token_use`), and have no
// `aud` unless the request named a resource.
import { DISCOVERY, readAddress } from '../read-address.js';
import { readWord } from '../read-text.js';
import { identityForwarding, login, tokenRules } from '../settings.js';
import type { Reading, Starter } from '../starter.js';

const REDIRECT = 'http://localhost:8914/callback';

export const cognito: Starter = {
  name: 'cognito',
  label: 'Amazon Cognito',
  questions: [
    {
      name: 'userPool',
      what: 'User pool ID',
      example: 'eu-west-1_AbCdEf123',
      placeholder: 'https://cognito-idp.YOUR_REGION.amazonaws.com/YOUR_USER_POOL_ID',
      read: readIssuer,
    },
    {
      name: 'clientId',
      what: 'App client ID',
      example: '1example23456789abcdefghij',
      placeholder: 'YOUR_CLIENT_ID',
      read: readWord,
    },
  ],
  setup: [
    'User pool > Domain: managed login, or the hosted UI, needs one.',
    `App clients: a public client (no secret) with the authorization code grant, the callback URL ${REDIRECT}, and the scopes openid and email.`,
  ],
  settings: (answers) => {
    const issuer = answers('userPool');
    return [
      tokenRules({
        silence: {
          code: 'MCPGW002',
          reason: 'Cognito access tokens have no `aud`; `client_id` is checked below',
        },
        jwksUri: { value: `${issuer}/.well-known/jwks.json`, why: 'The keys of the user pool.' },
        requiredClaims: { value: ['sub', 'username'], why: '`email` is in ID tokens alone.' },
        claims: [
          { claim: 'iss', value: issuer, why: 'The user pool: its ID starts with its region.' },
          {
            claim: 'client_id',
            value: [answers('clientId')],
            why: 'The app clients whose users may come in. Where the plan has resource binding (Essentials, Plus) a `resource` below becomes `aud`: then a rule on `aud` is the better one.',
          },
          {
            claim: 'token_use',
            value: 'access',
            why: 'ID tokens of the same pool are signed with its keys, too: "id".',
          },
        ],
      }),
      identityForwarding({
        claims: ['sub', 'username'],
        why: 'What the server learns of the caller, in the header X-User-Claims: claims that the rules above require.',
      }),
      login({
        issuer: {
          value: issuer,
          why: "Its discovery document names the endpoints of the user pool's domain, which is another host.",
        },
        clientId: { value: answers('clientId'), why: 'A public client: it has no secret.' },
        redirectUri: {
          value: REDIRECT,
          why: 'Compared whole, port included: the same text has to be registered. Plain http is for `localhost` alone.',
        },
        scope: {
          value: 'openid email',
          why: 'Only what the app client allows. Custom scopes (<resource server>/<scope>) go here, too. Refresh tokens come without `offline_access`, which Cognito does not know.',
        },
      }),
    ];
  },
};

const KEYS = /\/\.well-known\/jwks\.json$/;
const PROBLEM = 'must be a user pool ID (its region, an underscore, letters and digits) or the address of that pool';

/** The pool's ID, its issuer, or the address of its discovery document or keys. */
function readIssuer(text: string): Reading {
  const given = text.trim();
  if (!given.includes('/')) return issuerOf(given) ?? { problem: PROBLEM };
  const read = readAddress(given);
  if ('problem' in read) return read;
  const { origin, pathname, search } = read.url;
  const id = pathname.replace(DISCOVERY, '').replace(KEYS, '').replace(/\/$/, '').slice(1);
  const issuer = issuerOf(id);
  // The host has to be that of the pool's own region: tokens name no other.
  return issuer?.value === `${origin}/${id}` && search === '' ? issuer : { problem: PROBLEM };
}

/** AWS in China is a partition of its own, under another domain. */
function issuerOf(id: string): { readonly value: string } | undefined {
  const region = /^([a-z]{2}(?:-[a-z]+)+-\d+)_[A-Za-z0-9]{1,55}$/.exec(id)?.[1];
  if (region === undefined) return undefined;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { value: `https://cognito-idp.${region}.${domain}/${id}` };
}
