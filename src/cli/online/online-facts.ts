// What people are told of each code of `validate --online`: the severity that it has unless a check says otherwise, what
// it means, why it matters, what to do. docs/reference/diagnostics.md is made from this.
import type { OnlineCode } from '../../diagnostics/codes.js';
import type { Severity } from '../../diagnostics/diagnostic.js';

export interface OnlineFacts {
  readonly severity: Severity;
  /** What was found. */
  readonly meaning: string;
  /** What can go wrong. */
  readonly why: string;
  /** What to do. */
  readonly help: string;
}

export const ONLINE_FACTS: Readonly<Record<OnlineCode, OnlineFacts>> = {
  MCPGW201: {
    severity: 'error',
    meaning: 'a server did not say yes or no: nobody answered, not in time, or with 408, 429 or 5xx',
    why: 'Nothing was found out. Exit code 3 when nothing worse was found, so that a pipeline can tell it from a "no".',
    help: 'check the address and the network between, and try again',
  },
  MCPGW202: {
    severity: 'note',
    meaning: 'something that the configuration, or a document that it leads to, names was not asked',
    why:
      'A value that came from a secret reference is never sent anywhere, a placeholder leads nowhere, an issuer that is no https URL has no ' +
      'address, and of a long list only the first three are asked. An address that a document names is not asked when it ' +
      'is nearer to this machine (loopback, private networks) than the server of the document. All of them may be right.',
    help: 'write the address into the file when it is no secret',
  },
  MCPGW203: {
    severity: 'error',
    meaning: 'a server answered, but not with the document that is expected of it',
    why:
      'Without its keys no token is accepted, and without its metadata no login works. A warning where the ' +
      'document is useful, but nothing depends on it.',
    help: 'open the address in a browser and compare it with what the provider documents',
  },
  MCPGW204: {
    severity: 'error',
    meaning: 'no key of the set can verify a signature of the configured `algorithms`',
    why: 'Every token is refused.',
    help: 'compare `algorithms` with the `kty`, `use` and `alg` of the keys, and the address with the issuer',
  },
  MCPGW205: {
    severity: 'error',
    meaning: 'the RSA keys of the set have less than 2048 bits',
    why:
      'Such keys can be broken, and mcpgw verifies nothing with them: their tokens are refused. A warning where ' +
      'another key of the set fits another of the `algorithms`.',
    help: 'have the issuer rotate to keys of 2048 bits or more',
  },
  MCPGW206: {
    severity: 'error',
    meaning: 'the discovery document names another issuer than the one asked for, or than the `iss` rule accepts',
    why: 'Issuers are compared character by character: tokens are refused, and so is a login.',
    help: 'write the issuer exactly as its discovery document does, with or without the slash at the end',
  },
  MCPGW207: {
    severity: 'warning',
    meaning: 'the discovery document names another `jwks_uri` than the configured one',
    why: 'The keys may be those of another tenant or of an older version, and miss the next rotation.',
    help: 'use the `jwks_uri` of the discovery document',
  },
  MCPGW208: {
    severity: 'error',
    meaning: 'an authorization server does not list PKCE with S256',
    why: 'A login is refused, because an authorization code could be used by whoever steals it.',
    help: 'if the server supports it all the same, state "code_challenge_methods_supported": ["S256"]',
  },
  MCPGW209: {
    severity: 'warning',
    meaning: 'the clock of this machine and that of a server differ by more than `clockTolerance`',
    why: 'Fresh tokens are refused as not yet valid, or old ones are accepted for too long.',
    help: 'synchronise the clock of this machine; a server that is wrong needs a larger `clockTolerance`',
  },
  MCPGW210: {
    severity: 'warning',
    meaning: 'the upstream answers, but not as an MCP endpoint would',
    why: 'Calls will probably fail as well.',
    help: 'check the path of `url`, and `auth_type`',
  },
  MCPGW211: {
    severity: 'error',
    meaning: "the upstream's protected-resource metadata is about another resource",
    why: 'Its authorization servers are not used: a token for another server could be passed on (RFC 9728 section 3.3).',
    help: 'write `url` as the metadata does, or have the upstream correct its `resource`',
  },
  MCPGW212: {
    severity: 'error',
    meaning: 'a document names an address that can never be used',
    why: 'mcpgw uses https alone, and plain http on this machine: the login that needs the address fails.',
    help: 'have the server name an https address',
  },
};
