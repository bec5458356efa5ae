// Descope: the gateway is an MCP server of the Agentic Identity Hub, with an issuer of its own; all of a project's
// tokens are signed with the same keys.
import { DISCOVERY, readAddress } from '../read-address.js';
import { readWord } from '../read-text.js';
import { EXACT_REDIRECT, FIXED_REDIRECT, identityForwarding, login, tokenRules } from '../settings.js';
import type { Reading, Starter } from '../starter.js';

const AGENTIC = '/v1/apps/agentic/';

export const descope: Starter = {
  name: 'descope',
  label: 'Descope',
  questions: [
    {
      name: 'issuer',
      what: 'Issuer URL of the MCP server in the Agentic Identity Hub',
      example: `https://api.descope.com${AGENTIC}P2abc…/MS2def…`,
      placeholder: `https://api.descope.com${AGENTIC}YOUR_PROJECT_ID/YOUR_MCP_SERVER_ID`,
      read: readIssuer,
    },
    {
      name: 'clientId',
      what: 'Client ID of a client registered by hand',
      example: 'UDJhYmM6VFBB…',
      placeholder: 'YOUR_CLIENT_ID',
      read: readWord,
    },
    {
      name: 'audience',
      what: 'MCP Server URL, as the settings of the MCP server have it',
      example: 'https://gateway.example.com/mcp',
      placeholder: 'YOUR_MCP_SERVER_URL',
      read: readWord,
    },
  ],
  setup: [
    'Agentic Identity Hub > MCP Servers: one that stands for this gateway. Its Issuer URL is below; its MCP Server URL becomes the `aud` of its tokens, so fill it in.',
    `Clients: one registered by hand for that MCP server, with the redirect URI ${FIXED_REDIRECT}.`,
  ],
  settings: (answers) => {
    const issuer = answers('issuer');
    return [
      tokenRules({
        jwksUri: { value: keysOf(issuer), why: 'The keys of the project: all of its MCP servers and apps share them.' },
        requiredClaims: {
          value: ['sub', 'email'],
          why: 'What is in a token is up to the project: a JWT template, or custom claims of the consent flow. Whatever these put there can be required here; take `email` out, here and below, where they do not.',
        },
        claims: [
          {
            claim: 'iss',
            value: issuer,
            why: 'This MCP server alone: the keys are those of the whole project, so the issuer is what tells its tokens from those of its neighbours.',
          },
          {
            claim: 'aud',
            value: [answers('audience')],
            why: 'The MCP Server URL. A token can name more than one audience.',
          },
        ],
      }),
      identityForwarding({
        claims: ['sub', 'email'],
        why: 'What the server learns of the caller, in the header X-User-Claims: claims that the rules above require.',
      }),
      login({
        issuer: { value: issuer, why: 'Endpoints come from its discovery document.' },
        clientId: {
          value: answers('clientId'),
          why: 'mcpgw registers no client by itself yet, so it needs one that exists.',
        },
        client: [
          {
            key: 'client_secret',
            value: '${DESCOPE_CLIENT_SECRET}',
            comment: 'Only for a client that has one: from the environment, never in this file.',
            isOff: true,
          },
        ],
        redirectUri: EXACT_REDIRECT,
        scope: { value: 'openid', why: 'Scopes of the MCP server that its tools need go here, too.' },
      }),
    ];
  },
};

/** Exactly the issuer; the address of its discovery document is taken for it. */
function readIssuer(text: string): Reading {
  const read = readAddress(text);
  if ('problem' in read) return read;
  const { protocol, origin, pathname, search } = read.url;
  const path = pathname.replace(DISCOVERY, '').replace(/\/$/, '');
  const isIssuer = /^\/v1\/apps\/agentic\/[A-Za-z0-9]+\/[\w-]+$/.test(path) && search === '' && protocol === 'https:';
  return isIssuer
    ? { value: `${origin}${path}` }
    : {
        problem: `must be the Issuer URL of an MCP server (https://…${AGENTIC}<project>/<MCP server>); for any other, use --idp generic`,
      };
}

/** The keys stand at the same host (a custom domain, a region) under the project. */
function keysOf(issuer: string): string {
  const [base = '', path = ''] = issuer.split(AGENTIC);
  const [project = ''] = path.split('/');
  return `${base}/${project}/.well-known/jwks.json`;
}
