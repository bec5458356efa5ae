// Keycloak: a realm is an issuer. Nothing puts this gateway into `aud` until a mapper does.
import { readAddress } from '../read-address.js';
import { readWord } from '../read-text.js';
import { EXACT_REDIRECT, FIXED_REDIRECT, identityForwarding, login, tokenRules } from '../settings.js';
import type { Reading, Starter } from '../starter.js';

export const keycloak: Starter = {
  name: 'keycloak',
  label: 'Keycloak',
  questions: [
    {
      name: 'domain',
      what: 'Address of Keycloak, with its path when it has one',
      example: 'keycloak.example.com',
      placeholder: 'https://YOUR_KEYCLOAK_HOST',
      read: readBase,
    },
    { name: 'realm', what: 'Realm', example: 'acme', placeholder: 'YOUR_REALM', read: readRealm },
    { name: 'clientId', what: 'Client ID', example: 'mcpgw', placeholder: 'YOUR_CLIENT_ID', read: readWord },
    {
      name: 'audience',
      what: 'Audience that the mapper adds for this gateway',
      example: 'https://gateway.example.com/mcp',
      placeholder: 'YOUR_AUDIENCE',
      read: readWord,
    },
  ],
  setup: [
    `Clients: an OpenID Connect client with the standard flow, client authentication off, and the valid redirect URI ${FIXED_REDIRECT}.`,
    'Its client scopes: a mapper of the type Audience with the audience below (Included Custom Audience), added to the access token. Without it `aud` is `account`, or missing.',
  ],
  settings: (answers) => {
    const issuer = `${answers('domain')}/realms/${answers('realm')}`;
    return [
      tokenRules({
        jwksUri: { value: `${issuer}/protocol/openid-connect/certs`, why: 'The keys of the realm.' },
        requiredClaims: {
          value: ['sub', 'preferred_username'],
          why: 'They come from the client scopes `basic` (`sub`, since version 25) and `profile`, which clients have by default.',
        },
        claims: [
          {
            claim: 'iss',
            value: issuer,
            why: "The realm's address as callers see it: no slash at the end, and since version 17 no /auth, unless the server has that path.",
          },
          {
            claim: 'aud',
            value: [answers('audience')],
            why: 'What the mapper adds; one text, or a list. The client itself is in `azp`, never here.',
          },
        ],
      }),
      identityForwarding({
        claims: ['sub', 'preferred_username'],
        why: 'What the server learns of the caller, in the header X-User-Claims: claims that the rules above require.',
      }),
      login({
        issuer: { value: issuer, why: 'Endpoints come from its discovery document.' },
        clientId: {
          value: answers('clientId'),
          why: 'With client authentication off it is a public client: it has no secret.',
        },
        redirectUri: EXACT_REDIRECT,
        scope: {
          value: 'openid profile offline_access',
          why: '`offline_access` gives a refresh token that outlives the browser session. The name of an optional client scope goes here, too, when the mapper is in one.',
        },
      }),
    ];
  },
};

/** Host, port and path, without /realms: plain http on this machine, for a Keycloak in development. */
function readBase(text: string): Reading {
  const read = readAddress(text);
  if ('problem' in read) return read;
  const { origin, pathname, search } = read.url;
  const path = pathname.replace(/\/+$/, '');
  if (search !== '') return { problem: 'must not hold a query (?…)' };
  if (/\/(?:realms|admin)(?:\/|$)/.test(path))
    return { problem: 'must stop before /realms: the realm is a value of its own' };
  return { value: `${origin}${path}` };
}

function readRealm(text: string): Reading {
  const value = text.trim();
  return /^[\w.~-]{1,255}$/.test(value) && !/^\.+$/.test(value)
    ? { value }
    : { problem: 'must be the name of the realm, of letters, digits, dots, dashes and underscores' };
}
