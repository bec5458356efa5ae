// What stands at the top of each form of a configuration (spec: config, "Three forms, one meaning").
import { SCHEMA_URL } from '../../schema-url.js';
import type { DOCUMENTS, portkeyDetails, TopKeys } from '../../schema.js';
import type { KeyText, TextsOf } from '../key-text.js';
import { serverTexts } from './server.js';

export const schemaKeyText: KeyText = {
  means: 'The JSON Schema of this file, for editors.',
  examples: [SCHEMA_URL],
};

const { url: _, ...policyTexts } = serverTexts;

const topTexts: Readonly<Record<keyof TopKeys, KeyText>> = {
  ...policyTexts,
  client_headers: {
    means:
      'Headers that stand for those of the client in a stdio session, which has none. They pass `forward_headers` like any others; `MCPGW_HEADER_<NAME>` and `--header` win over them.',
    otherwise: 'none.',
    examples: [{ 'X-Tenant-Id': 'acme' }],
  },
  identity_issuer: {
    means: 'The `iss` of the JWTs that `jwt_header` signs.',
    otherwise: '`mcpgw`.',
    examples: ['portkey-mcp-gateway'],
  },
  identity_signing_key: {
    means: 'The private key, in PEM, that signs the JWTs of `jwt_header`: RSA of 2048 bits or more, P-256 or Ed25519.',
    otherwise: 'the key in `MCPGW_SIGNING_KEY`, or the stored one of `mcpgw keys generate`.',
    examples: ['${file:/run/secrets/identity-key.pem}'],
  },
  lint: {
    means: 'Turns lint rules off, or into errors: a level by rule.',
    otherwise: 'every rule warns.',
    examples: [{ 'all-except-mode': 'error' }],
  },
};

export const documentTexts: TextsOf<typeof DOCUMENTS.gateway> & TextsOf<typeof DOCUMENTS.portkey> = {
  mcpServers: {
    means:
      "The remote MCP servers, by names of your choice. Policy keys beside `mcpServers` are defaults of every server; a server's own key replaces a default whole, and null switches it off.",
    examples: [
      { linear: { url: 'https://mcp.example.com/mcp', headers: { Authorization: 'Bearer ${LINEAR_TOKEN}' } } },
    ],
  },
  mcp_integration_details: {
    means: 'An MCP integration as Portkey exports it.',
    examples: [{ url: 'https://mcp.example.com/mcp', configurations: { forward_headers: ['X-Request-Id'] } }],
  },
  ...topTexts,
};

export const portkeyDetailsTexts: TextsOf<typeof portkeyDetails> = {
  transport: serverTexts.transport,
  auth_type: serverTexts.auth_type,
  url: serverTexts.url,
  configurations: {
    means: 'The policy keys.',
    otherwise: 'none.',
    examples: [{ forward_headers: ['X-Request-Id'] }],
  },
};

export const configurationsTexts = policyTexts;
