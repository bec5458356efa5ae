// Random configurations, tokens and requests, made to meet: header names in every spelling, those that never pass among
// them, claims that rules ask for and others, tokens that are good, bad, or not there.
import * as fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { generateKey, signToken } from '../support/jwt.js';

export const caller = generateKey('RS256', 'caller');
const stranger = generateKey('RS256', 'caller');

export const SIGNING_KEY = String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));

/** What a client may send: ordinary, protected, of the transport, and managed ones. */
const NAMES = [
  'x-request-id',
  'x-tenant',
  'x-trace',
  'x-organization',
  'traceparent',
  'accept-language',
  'x-api-version',
  'cookie',
  'x-api-key',
  'api-key',
  'x-auth-token',
  'x-user-claims',
  'x-user-jwt',
  'x-identity',
  'x-token',
  'connection',
  'keep-alive',
  'te',
  'upgrade',
  'expect',
  'proxy-authorization',
  'mcp-session-id',
  'mcp-anything',
  'host',
  'content-length',
  'content-type',
  'accept',
  'accept-encoding',
  'last-event-id',
  'transfer-encoding',
];

/** Upper and lower case by chance. */
const spelling = (name: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) =>
      name.replace(/[a-z]/g, (letter, index: number) => (upper[index] === true ? letter.toUpperCase() : letter)),
    );
const headerName = fc.constantFrom(...NAMES).chain(spelling);
const value = fc.string({
  unit: fc.constantFrom('a', 'B', '7', '-', '=', ';', '/', '"', '%'),
  minLength: 1,
  maxLength: 8,
});
const headers = (max: number): fc.Arbitrary<Record<string, string>> =>
  fc.array(fc.tuple(headerName, value), { maxLength: max }).map((list) => Object.fromEntries(list));

/** Those that a configuration may name without an error. */
const settable = (max: number): fc.Arbitrary<Record<string, string>> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom('x-tenant', 'x-trace', 'x-static', 'authorization', 'x-api-key'), value), {
      maxLength: max,
      selector: ([name]) => name,
    })
    .chain((list) =>
      fc
        .tuple(...list.map(([name]) => spelling(name)))
        .map((names) => Object.fromEntries(names.map((name, index) => [name, list[index]?.[1] ?? ''] as const))),
    );

const rename = fc.record({ from: headerName, to: headerName });
const entry = fc.oneof(headerName, rename);
const forward = fc.oneof(
  fc.constant(undefined),
  fc.array(headerName, { maxLength: 6 }),
  fc.record({
    mode: fc.constant('allowlist'),
    headers: fc.array(fc.oneof(entry, fc.constant('authorization')), { maxLength: 8 }),
  }),
  fc.record({ mode: fc.constant('all-except'), headers: fc.array(entry, { maxLength: 4 }) }),
);

const identity = fc.option(
  fc.record(
    {
      method: fc.constantFrom('claims_header', 'bearer', 'jwt_header'),
      include_claims: fc.uniqueArray(fc.constantFrom('sub', 'email', 'groups', 'nested', 'toString'), {
        minLength: 1,
        maxLength: 4,
      }),
      header_name: fc.constantFrom('x-identity', 'X-Identity', 'X-USER-CLAIMS'),
      on_missing: fc.constantFrom('refuse', 'anonymous'),
    },
    { requiredKeys: ['method', 'include_claims'] },
  ),
  { nil: undefined },
);

const claimRule = fc.oneof(
  fc.constant({ values: 'admin' }),
  fc.constant({ values: ['admin', 'ops'], matchType: 'contains' }),
  fc.constant({ values: '^a', matchType: 'regex' }),
);
const validation = fc.option(
  fc.record(
    {
      requiredClaims: fc.subarray(['email', 'role']),
      claimValues: fc.dictionary(fc.constantFrom('role', 'groups'), claimRule, { maxKeys: 2 }),
      headerKey: fc.constantFrom('Authorization', 'X-Token'),
      typ: fc.constant('JWT'),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined, freq: 8 },
);

const tools = fc.option(
  fc.constantFrom({ allowed: ['read_*'] }, { blocked: ['write_*'] }, { allowed: ['*'], blocked: ['read_b'] }),
  {
    nil: undefined,
  },
);

/** A `mcpServers` entry without its url. */
export const anyServer: fc.Arbitrary<Record<string, unknown>> = fc
  .record({ forward, identity, validation, tools, headers: settable(2), passthrough: settable(2) })
  .map((parts) => {
    const written: Record<string, unknown> = {
      forward_headers: parts.forward,
      user_identity_forwarding: parts.identity,
      jwt_validation: parts.validation && { jwks: { keys: [caller.jwk] }, ...parts.validation },
      tools: parts.tools,
      headers: Object.keys(parts.headers).length === 0 ? undefined : parts.headers,
      passthrough_headers: Object.keys(parts.passthrough).length === 0 ? undefined : parts.passthrough,
    };
    return JSON.parse(JSON.stringify(written)) as Record<string, unknown>;
  });

const claims = fc.record(
  {
    sub: fc.constantFrom('ana', 'bob'),
    email: fc.constantFrom('ana@example.com', 'z\u00f6e@example.com'),
    role: fc.constantFrom('admin', 'user', 'Admin'),
    groups: fc.constantFrom(['ops'], ['admin', 'ops'], [], 'ops'),
    nested: fc.constant({ a: [1, { b: null }] }),
  },
  { requiredKeys: [] },
);

export type TokenKind = 'good' | 'expired' | 'forged' | 'none' | 'junk';

export interface AnyRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly token: TokenKind;
  readonly claims: object;
  readonly tool: string;
  /** Under which name the token comes. */
  readonly tokenHeader: string;
  readonly trace: string | undefined;
}

export const anyRequest: fc.Arbitrary<AnyRequest> = fc.record({
  headers: headers(10),
  token: fc.oneof(
    { weight: 6, arbitrary: fc.constant<TokenKind>('good') },
    fc.constantFrom<TokenKind>('expired', 'forged', 'none', 'junk'),
  ),
  claims,
  tool: fc.constantFrom('read_a', 'read_b', 'write_a'),
  tokenHeader: fc.oneof(
    { weight: 4, arbitrary: fc.constant('Authorization') },
    fc.constantFrom('authorization', 'X-Token'),
  ),
  trace: fc.option(value, { nil: undefined }),
});

/** The value of the header that carries the token; undefined for none. */
export function tokenValue({ token, claims: own }: AnyRequest, nowSeconds: number): string | undefined {
  const payload = { iat: nowSeconds - 10, exp: token === 'expired' ? nowSeconds - 600 : nowSeconds + 600, ...own };
  const header = { alg: 'RS256', typ: 'JWT', kid: 'caller' };
  switch (token) {
    case 'none':
      return undefined;
    case 'junk':
      return 'Bearer not-a-token';
    case 'good':
    case 'expired':
      return `Bearer ${signToken({ header, payload }, caller)}`;
    case 'forged':
      return `Bearer ${signToken({ header, payload }, stranger)}`;
  }
}
