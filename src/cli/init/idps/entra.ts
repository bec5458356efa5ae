// Microsoft Entra ID, v2 access tokens. Which version a token has is decided by the manifest of the API's own app
// registration, not by the endpoint: v1 tokens have another issuer and another audience.
import { readGuid } from '../read-text.js';
import { identityForwarding, login, tokenRules } from '../settings.js';
import type { Starter } from '../starter.js';

const SCOPE = 'access_as_user';
const REDIRECT = 'http://localhost/callback';

export const entra: Starter = {
  name: 'entra',
  label: 'Microsoft Entra ID',
  questions: [
    {
      name: 'tenant',
      what: 'Directory (tenant) ID',
      example: '11111111-2222-3333-4444-555555555555',
      placeholder: 'YOUR_TENANT_ID',
      read: readGuid,
    },
    {
      name: 'clientId',
      what: 'Application (client) ID of the app registration that logs in',
      example: '22222222-3333-4444-5555-666666666666',
      placeholder: 'YOUR_CLIENT_ID',
      read: readGuid,
    },
    {
      name: 'audience',
      what: 'Application (client) ID of the app registration of the API',
      example: '33333333-4444-5555-6666-777777777777',
      placeholder: 'YOUR_API_CLIENT_ID',
      read: readGuid,
    },
  ],
  setup: [
    `App registration of the API: Expose an API > Application ID URI api://<its client ID>, and the scope ${SCOPE}. Manifest: "requestedAccessTokenVersion": 2. While it is null the tokens are v1, with the issuer https://sts.windows.net/<tenant>/, and everything below refuses them.`,
    `App registration that logs in: Authentication > Mobile and desktop applications > ${REDIRECT}; API permissions > ${SCOPE} of the other one. No secret.`,
  ],
  settings: (answers) => {
    const authority = `https://login.microsoftonline.com/${answers('tenant')}`;
    const issuer = `${authority}/v2.0`;
    return [
      tokenRules({
        jwksUri: { value: `${authority}/discovery/v2.0/keys`, why: "The tenant's v2 keys." },
        requiredClaims: {
          value: ['sub', 'oid'],
          why: '`oid` is the person in the whole tenant; `sub` differs from app to app.',
        },
        claims: [
          {
            claim: 'iss',
            value: issuer,
            why: 'v2, and this tenant alone: the issuer always names the tenant by its GUID, whatever the login page was (`common`, a domain name).',
          },
          {
            claim: 'aud',
            value: [answers('audience')],
            why: 'In v2 tokens the client ID of the API, a GUID without api://.',
          },
          {
            claim: 'scp',
            value: [SCOPE],
            why: 'Delegated scopes. A token of an app for itself has `roles` in its place and is refused.',
          },
        ],
      }),
      identityForwarding({
        claims: ['sub', 'oid'],
        why: 'What the server learns of the caller, in the header X-User-Claims: claims that the rules above require.',
      }),
      login({
        issuer: { value: issuer, why: 'Endpoints come from its discovery document.' },
        clientId: { value: answers('clientId'), why: 'A desktop application is a public client: it has no secret.' },
        redirectUri: { value: REDIRECT, why: 'Entra ignores the port for `localhost`, so mcpgw takes a free one.' },
        more: [
          {
            key: 'resource',
            value: false,
            comment:
              'The v2 endpoints refuse the `resource` parameter (AADSTS901002): the scope says which API is meant.',
          },
        ],
        scope: {
          value: `openid profile offline_access api://${answers('audience')}/${SCOPE}`,
          why: 'One API a request. With `openid` alone Entra issues a token for Microsoft Graph, which nobody else can validate.',
        },
      }),
    ];
  },
};
