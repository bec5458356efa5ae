// What docs/reference/config.md says beside its tables: how it is divided, and the sentences of each section.

export interface PageSection {
  readonly title: string;
  readonly prose?: readonly string[];
  /** The objects whose keys stand in the section's table, as schema-walk.ts calls their places. */
  readonly objects: readonly PageObject[];
}

export interface PageObject {
  readonly name: string;
  /** What stands before its keys in the table. */
  readonly prefix?: string;
  /** Keys that another table has, with the same meaning. */
  readonly but?: 'server keys' | 'those of external_auth_config';
  /** Its keys stand in another table altogether. */
  readonly isElsewhere?: true;
}

export const INTRODUCTION: readonly string[] = [
  'JSON or JSONC (comments, trailing commas). Three forms:',
  '',
  '- a **bare policy**: the policy keys alone, which are the keys of a server but `url`. `serve` then needs `--url`.',
  "- a **gateway configuration**: `mcpServers`, with policy keys beside it as defaults of every server. A server's own",
  '  key replaces the default whole; `null` switches it off.',
  '- a **Portkey export**: `mcp_integration_details`.',
  '',
  'Unknown keys are errors, except `$schema` and those that start with `x-`. Editors complete and explain every key',
  'with the JSON Schema that `mcpgw schema` prints, which this page is made from. `mcpgw validate` judges more than it',
  'can: addresses, patterns, keys, references, and what sections say together.',
];

export const REFERENCES: readonly string[] = [
  'Every text may hold references, alone or within other text: `${NAME}` and `${env:NAME}` (an environment variable),',
  '`${NAME:-default}`, `${file:path}` (what the file holds, without its last line break; relative to the',
  'configuration), `${keychain:service/account}` ([secrets](../guide/secrets.md)). `$${` is a literal `${`. A value that came from a reference',
  'is a secret and masked wherever it could be shown. A configuration that is only found in the working directory may',
  'use no reference.',
];

export const SECTIONS: readonly PageSection[] = [
  { title: 'At the top', objects: [{ name: '', but: 'server keys' }] },
  {
    title: 'A server',
    prose: [
      'All but `url` are policy keys: they may also stand beside `mcpServers`, in a bare policy, and in an export.',
    ],
    objects: [{ name: 'mcpServers.*' }],
  },
  {
    title: '`forward_headers`',
    prose: [
      'A list of names is an allowlist. Forwarded headers have the lowest priority: `headers`, then',
      "`passthrough_headers`, then the identity win. Credentials, hop-by-hop headers, the transport's own and the",
      'identity header never pass, whatever is listed; `Authorization` only where an allowlist names it.',
    ],
    objects: [
      { name: 'forward_headers' },
      { name: 'forward_headers.headers[]', prefix: 'headers[].' },
      { name: 'forward_headers[]', isElsewhere: true },
    ],
  },
  { title: '`jwt_validation`', objects: [{ name: 'jwt_validation' }] },
  {
    title: 'A rule of `claimValues` and `required_claims`',
    objects: [{ name: 'jwt_validation.claimValues.*' }],
  },
  {
    title: 'Keys in `jwks`',
    prose: ['Other members are left alone, but those of private keys, which are refused.'],
    objects: [{ name: 'jwt_validation.jwks' }, { name: 'jwt_validation.jwks.keys[]', prefix: 'keys[].' }],
  },
  { title: '`user_identity_forwarding`', objects: [{ name: 'user_identity_forwarding' }] },
  {
    title: '`external_auth_config`',
    prose: [
      'What is stated here wins over what is discovered, member by member. Without `issuer`, both',
      '`authorization_endpoint` and `token_endpoint` are needed, or an exact `iss` rule in `jwt_validation`.',
    ],
    objects: [
      { name: 'external_auth_config' },
      { name: 'oauth_metadata.client_assertion_key', prefix: 'client_assertion_key.' },
    ],
  },
  {
    title: '`oauth_metadata`',
    prose: ['The members of `external_auth_config`, for the login at the upstream itself. These differ:'],
    objects: [{ name: 'oauth_metadata', but: 'those of external_auth_config' }],
  },
  { title: '`tools`', objects: [{ name: 'tools' }] },
  { title: 'A rule of `tool_authorization`', objects: [{ name: 'tool_authorization.*' }] },
  { title: '`header_command`', objects: [{ name: 'header_command' }] },
  { title: '`tls`', objects: [{ name: 'tls' }] },
  {
    title: '`mcp_integration_details`',
    prose: [
      '`url`, `transport` and `auth_type` are those of a server, and any of them may be left out; `configurations` has',
      'the keys of a server but `url`.',
    ],
    objects: [
      { name: 'mcp_integration_details', but: 'server keys' },
      { name: 'mcp_integration_details.configurations', isElsewhere: true },
    ],
  },
  {
    title: '`lint`',
    prose: ['Why each rule matters and what to do: [diagnostics.md](diagnostics.md).'],
    objects: [{ name: 'lint' }],
  },
];
