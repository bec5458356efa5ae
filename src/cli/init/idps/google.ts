// Google: access tokens are opaque and made for Google's own APIs, so the caller is known by the ID token that the
// login validates. `jwt_validation` could only judge ID tokens that callers bring themselves.
import type { Member } from '../jsonc.js';
import { readVariable, readWord } from '../read-text.js';
import { identityForwarding, login } from '../settings.js';
import type { Answers, Reading, Starter } from '../starter.js';

const SECRET_PLACEHOLDER = 'YOUR_SECRET_REFERENCE';

export const google: Starter = {
  name: 'google',
  label: 'Google',
  questions: [
    {
      name: 'clientId',
      what: 'Client ID of an OAuth client of the type Desktop app',
      example: '1234567890-abc123.apps.googleusercontent.com',
      placeholder: 'YOUR_CLIENT_ID.apps.googleusercontent.com',
      read: readClientId,
    },
    {
      name: 'clientSecretEnv',
      what: 'Name of the environment variable that will hold the client secret',
      example: 'GOOGLE_CLIENT_SECRET',
      placeholder: SECRET_PLACEHOLDER,
      read: readVariable,
    },
  ],
  setup: [
    'Google Cloud > APIs & Services > Credentials: an OAuth client ID of the type Desktop app. Any loopback redirect is good for it.',
    'It has a client secret, and Google asks for it in spite of PKCE. Put it into an environment variable: of the shell, and of the entry that starts `mcpgw serve` in the MCP host.',
  ],
  settings: (answers) => [
    idTokenRules(answers),
    identityForwarding({
      claims: ['sub', 'email'],
      why: 'What the server learns of the caller, in the header X-User-Claims. Access tokens of Google are opaque: nothing but Google can read them. So these are claims of the ID token, which `mcpgw login` validates in full: signature, issuer, audience and nonce. Who is not logged in is refused.',
      silence: { code: 'MCPGW010', reason: 'the claims are those of the ID token that the login validated' },
    }),
    login({
      issuer: { value: 'https://accounts.google.com', why: 'Endpoints come from its discovery document.' },
      clientId: {
        value: answers('clientId'),
        why: 'Who may log in is set at Google: internal to an organisation, or its test users.',
      },
      client: [
        {
          key: 'client_secret',
          value: secretReference(answers),
          comment: 'A reference, such as "${GOOGLE_CLIENT_SECRET}": the secret itself does not belong into this file.',
        },
      ],
      more: [
        {
          key: 'authorization_params',
          value: {
            members: [
              { key: 'access_type', value: 'offline' },
              { key: 'prompt', value: 'consent' },
            ],
          },
          comment: 'Gives a refresh token, at later logins of the same person, too; Google knows no `offline_access`.',
        },
      ],
      scope: {
        value: 'openid email',
        why: '`email` puts `email` and `email_verified` into the ID token, `profile` the name.',
      },
    }),
  ],
};

/** Off: with it, the access token of a stored login would be judged, and it is not a JWT. */
function idTokenRules(answers: Answers): Member {
  const rule = (values: string | readonly string[], matchType: string) => ({
    members: [
      { key: 'values', value: values },
      { key: 'matchType', value: matchType },
    ],
  });
  return {
    key: 'jwt_validation',
    comment:
      'Only for callers that bring a Google ID token themselves (`mcpgw serve --token-file`): these rules judge it. A stored login is of no use beside them. Without a rule on `hd`, the Workspace domain, every Google account that the client lets in is good.',
    isOff: true,
    value: {
      members: [
        { key: 'jwksUri', value: 'https://www.googleapis.com/oauth2/v3/certs' },
        { key: 'algorithms', value: ['RS256'] },
        { key: 'requireExp', value: true },
        { key: 'requiredClaims', value: ['sub', 'email'] },
        {
          key: 'claimValues',
          value: {
            members: [
              // Google writes either.
              { key: 'iss', value: rule(['https://accounts.google.com', 'accounts.google.com'], 'contains') },
              { key: 'aud', value: rule(answers('clientId'), 'exact') },
            ],
          },
        },
      ],
    },
  };
}

function secretReference(answers: Answers): string {
  const name = answers('clientSecretEnv');
  return name === SECRET_PLACEHOLDER ? name : `\${${name}}`;
}

function readClientId(text: string): Reading {
  const read = readWord(text);
  if ('problem' in read || /^[\w-]+\.apps\.googleusercontent\.com$/.test(read.value)) return read;
  return { problem: 'must end with .apps.googleusercontent.com' };
}
