// What a configuration means, free of file formats: the values that decisions are made from. `config/normalize.ts`
// produces them, with every default already in place; nothing here is optional because somebody forgot it.
import type { Secret, Text } from '../secret/secret.js';
import type { ToolGlob } from './tool-glob.js';

/** A header of the configuration. A `Secret` value came from a reference or stands where credentials do. */
export interface HeaderField {
  readonly name: string;
  readonly value: Text;
}

/** `forward_headers`: what of the client's headers goes on (spec: headers). */
export type ForwardPolicy =
  | { readonly mode: 'none' }
  | { readonly mode: 'allowlist'; readonly entries: readonly ForwardEntry[] }
  | { readonly mode: 'all-except'; readonly excluded: readonly string[]; readonly renames: readonly Rename[] };

/** A name as configured, or a rename. */
export type ForwardEntry = { readonly from: string; readonly to?: string };
export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** `user_identity_forwarding` (spec: identity). */
export interface IdentityPolicy {
  readonly method: 'claims_header' | 'bearer' | 'jwt_header';
  readonly headerName: string;
  /** In the order in which they are sent. */
  readonly includeClaims: readonly string[];
  readonly onMissing: 'refuse' | 'anonymous';
  /** `jwt_header` alone. */
  readonly lifetimeSeconds: number;
  /** `jwt_header` alone: its `aud`; the upstream's URL when undefined. */
  readonly audience: string | undefined;
}

/** A compiled regular expression of a linear-time engine: unanchored, as written. */
export interface Pattern {
  readonly source: string;
  readonly test: (text: string) => boolean;
}

/** One member of `claimValues` (spec: token rules, "Claim matching"). Expected values are already text. */
export type ClaimRule = { readonly claim: string } & (
  | { readonly matchType: 'exact'; readonly value: string }
  | { readonly matchType: 'contains' | 'containsAll'; readonly values: readonly string[] }
  | { readonly matchType: 'regex'; readonly patterns: readonly Pattern[] }
);

/** `tools` and `tool_authorization` (spec: config, "Server entry"): which of the upstream's tools are there for whom. */
export interface ToolPolicy {
  /** Only these; undefined is every tool. */
  readonly allowed: readonly ToolGlob[] | undefined;
  /** None of these, whatever else says so. */
  readonly blocked: readonly ToolGlob[];
  /** What each entry asks of whoever uses the tools that it covers: of several entries, all must hold. */
  readonly authorization: readonly ToolAuthorization[];
}

export interface ToolAuthorization {
  readonly glob: ToolGlob;
  readonly rules: readonly ClaimRule[];
}

/** A JSON Web Key, public members only (RFC 7517), as far as its shape was checked. */
export type PublicJwk = Readonly<Record<string, unknown>> & { readonly kty: string };

/** Where the keys come from that verify signatures. */
export type JwksSource =
  | { readonly kind: 'jwks'; readonly keys: readonly PublicJwk[] }
  | { readonly kind: 'jwksUri'; readonly url: string; readonly cacheMaxAgeSeconds: number };

/** Who is asked for a verdict (RFC 7662). */
export interface IntrospectionSource {
  readonly kind: 'introspection';
  readonly url: string;
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
  /** `application/x-www-form-urlencoded` or `application/json`, parameters included. */
  readonly contentType: string;
  /** 0: answers are not used again. */
  readonly cacheMaxAgeSeconds: number;
}

/** Where the keys, or the verdict, come from. */
export type KeySource = JwksSource | IntrospectionSource;

export const SIGNATURE_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** `jwt_validation` (spec: token rules). */
export interface TokenRules {
  readonly source: KeySource;
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Which of the client's headers holds the token. */
  readonly headerKey: string;
  readonly clockToleranceSeconds: number;
  readonly maxTokenAgeSeconds: number | undefined;
  readonly requiredClaims: readonly string[];
  readonly claimRules: readonly ClaimRule[];
  readonly headerPayloadMatch: readonly string[];
  readonly requireExp: boolean;
  /** Required header `typ`, compared as RFC 7515 section 4.1.9 says. */
  readonly typ: string | undefined;
}

/** Members of RFC 8414 / OpenID discovery documents that a config states, by their own names. */
export interface StatedServerMetadata {
  readonly [member: string]: string | readonly string[] | undefined;
}

/**
 * An authorization server, and how mcpgw is its client: `external_auth_config`, where the caller logs in (`identity`), or
 * `oauth_metadata`, which lets the gateway into one upstream (`upstream`) (spec: login).
 */
export interface AuthorizationServer {
  readonly kind: 'identity' | 'upstream';
  /** How tokens are got: by a person's login, or by the client alone (RFC 6749 section 4.4). */
  readonly grant: 'authorization_code' | 'client_credentials';
  /**
   * As stated; of an identity provider also the value of an exact `iss` rule. Without one an ID token cannot be validated,
   * and that of an upstream is discovered.
   */
  readonly issuer: string | undefined;
  /** Stated members override discovered ones, each on its own. */
  readonly metadata: StatedServerMetadata;
  /** Undefined: a client is registered. */
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
  readonly tokenEndpointAuthMethod: ClientAuthMethod;
  /** What signs for the client (`private_key_jwt`). */
  readonly clientAssertion: ClientAssertion | undefined;
  /** A document about the client (Client ID Metadata Document): its URL is the id, where the server takes that. */
  readonly clientMetadataUrl: string | undefined;
  /** What a registration says of the client (RFC 7591 section 2), beside what mcpgw says itself. */
  readonly clientMetadata: Readonly<Record<string, string | readonly string[]>>;
  /** What a login asks for, in words with spaces between them; undefined: what the upstream asks for. */
  readonly scope: string | undefined;
  /** RFC 8707. `false` sends none, and so does undefined, unless an upstream says which it is. */
  readonly resource: string | false | undefined;
  readonly redirectUri: string | undefined;
  readonly authorizationParams: Readonly<Record<string, string>>;
}

export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/** How the gateway gets into an upstream by OAuth. */
export interface UpstreamAccess {
  /** `challenged`: nobody said so, and it is done as soon as the upstream asks for it. */
  readonly when: 'always' | 'challenged';
  readonly server: AuthorizationServer;
}

/** `header_command`: a program whose output authenticates the gateway at the upstream. */
export interface HeaderCommand {
  /** The program and its arguments; at least the program. */
  readonly command: readonly string[];
  /** How long its answer is used; undefined: until the upstream refuses it. */
  readonly ttlSeconds: number | undefined;
  readonly timeoutMs: number;
}

export interface ClientAssertion {
  /** A private key: PEM, or a JWK as JSON. */
  readonly key: Secret;
  /** Undefined: as the key is. */
  readonly alg: string | undefined;
  /** Undefined: the JWK's own, if it has one. */
  readonly kid: string | undefined;
}

export interface ServerPolicy {
  /** The key in `mcpServers`; `default` for a bare policy. */
  readonly name: string;
  /** Undefined for a bare policy: `serve --url` names it then. */
  readonly url: string | undefined;
  /** It came from a secret reference: no part of it is shown. */
  readonly isUrlSecret: boolean;
  readonly transport: 'http' | 'sse' | 'auto';
  /** Undefined: headers when there are any, else whatever the upstream's 401 asks for. */
  readonly authType: 'none' | 'headers' | 'oauth_auto' | 'oauth_client_credentials' | undefined;
  readonly headers: readonly HeaderField[];
  readonly headerCommand: HeaderCommand | undefined;
  /** Undefined where `auth_type`, `headers` or `header_command` say that it is done without OAuth. */
  readonly upstreamAccess: UpstreamAccess | undefined;
  readonly passthroughHeaders: readonly HeaderField[];
  readonly forward: ForwardPolicy;
  readonly identity: IdentityPolicy | undefined;
  readonly tokenRules: TokenRules | undefined;
  readonly identityProvider: AuthorizationServer | undefined;
  readonly tools: ToolPolicy;
  /** Whether `tls` names files for connections to the upstream. */
  readonly hasTls: boolean;
  readonly allowInsecureHttp: boolean;
  /** For one upstream request without progress; undefined is no limit. */
  readonly timeoutMs: number | undefined;
  /** True when `jwt_validation` is the config's top-level one: only then may a `--token-*` serve this server. */
  readonly sharesTopLevelTokenRules: boolean;
}

/** A whole configuration. */
export interface GatewayPolicy {
  readonly form: 'bare' | 'gateway' | 'portkey';
  readonly servers: readonly ServerPolicy[];
  /** `client_headers`: the lowest source of a stdio session's client headers. */
  readonly clientHeaders: readonly HeaderField[];
  /** `iss` of the identities that are signed for upstreams. */
  readonly identityIssuer: string;
  /** `identity_signing_key`: a private key in PEM. */
  readonly identitySigningKey: Secret | undefined;
}
