// Arbitrary valid configurations for the properties of the resolved view. Every text in them is a pair of values that
// are both valid at its place: a property may write either, or a secret reference to whichever the world holds.
import * as fc from 'fast-check';

/** A text with two valid values. */
export class Text {
  readonly one: string;
  readonly other: string;

  constructor(one: string, other: string) {
    this.one = one;
    this.other = other;
  }
}

const pair = (one: string, other: string): fc.Arbitrary<Text> => fc.constant(new Text(one, other));
const word = fc
  .stringMatching(/^[a-z]{1,8}$/)
  .map((letters) => new Text(`sentinel-one-${letters}`, `sentinel-other-${letters}`));
const address = fc
  .stringMatching(/^[a-z]{1,8}$/)
  .map((name) => new Text(`https://sentinel-one.${name}.example/a?b=c`, `https://sentinel-other.${name}.example/`));
const headerName = fc.constantFrom('X-A', 'X-B', 'x-c', 'Mcp-Tenant').map((name) => new Text(name, `${name}-sentinel`));
const names = fc.constantFrom('plain', '__proto__', 'constructor', '${literal}', 'ünï"cödé', 'headers', 'x-mine', 'd');
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { minLength: 1, maxLength: 3 });

/** Members that may be left out. */
const object = (
  members: Record<string, fc.Arbitrary<unknown>>,
  required: readonly string[] = [],
): fc.Arbitrary<object> => fc.record(members, { requiredKeys: [...required] });

const claimRule = fc.oneof(
  object(
    {
      values: fc.oneof(
        word,
        some(word).map((all) => all.slice(0, 1)),
        fc.integer(),
        fc.boolean(),
      ),
      matchType: pair('exact', 'contains'),
    },
    ['values'],
  ),
  object({ values: some(fc.oneof(word, fc.integer())), matchType: pair('contains', 'containsAll') }, [
    'values',
    'matchType',
  ]),
  object(
    { values: some(pair('^sentinel.*one$', '^sentinel.*other$')), matchType: fc.constant('regex'), 'x-note': word },
    ['values', 'matchType'],
  ),
);
const claimRules = fc.dictionary(names, claimRule, { maxKeys: 3 });

const modulus = pair(Buffer.alloc(256, 0xff).toString('base64url'), Buffer.alloc(256, 0xfe).toString('base64url'));
const jwk = object({ kty: fc.constant('RSA'), n: modulus, e: pair('AQAB', 'Aw'), kid: word }, ['kty', 'n', 'e']);

const method = fc.oneof(
  object({ jwksUri: address, cacheMaxAge: fc.nat() }, ['jwksUri']),
  object({ jwks: object({ keys: some(jwk) }, ['keys']) }, ['jwks']),
  object(
    {
      introspectEndpoint: address,
      introspectClientId: word,
      introspectContentType: pair('application/json', 'application/x-www-form-urlencoded'),
    },
    ['introspectEndpoint'],
  ),
);
const jwtValidation = fc
  .tuple(
    method,
    object({
      algorithms: some(pair('ES256', 'PS512')),
      headerKey: headerName,
      clockTolerance: fc.nat({ max: 100 }),
      maxTokenAge: pair('3m', '7h'),
      requiredClaims: fc.array(word, { maxLength: 2 }),
      claimValues: claimRules,
      requireExp: fc.boolean(),
      typ: word,
      $schema: word,
      'x-note': word,
    }),
  )
  .map(([how, rest]) => ({ ...how, ...rest }));

const forwardEntry = fc.oneof(headerName, object({ from: headerName, to: headerName }, ['from', 'to']));
const forwardHeaders = fc.oneof(
  fc.array(forwardEntry, { maxLength: 3 }),
  object({ mode: pair('allowlist', 'all-except'), headers: fc.array(forwardEntry, { maxLength: 3 }) }, [
    'mode',
    'headers',
  ]),
);

const identity = object(
  {
    method: fc.oneof(pair('claims_header', 'bearer'), pair('jwt_header', 'claims_header')),
    include_claims: fc.array(word, { maxLength: 3 }),
    header_name: headerName,
    jwt_expiry_seconds: fc.integer({ min: 1, max: 86_400 }),
    audience: word,
    on_missing: pair('anonymous', 'refuse'),
  },
  ['method'],
);

const external = object(
  {
    issuer: address,
    token_endpoint: address,
    client_id: word,
    scope: word,
    scopes_supported: fc.array(word, { maxLength: 2 }),
    resource: fc.oneof(word, fc.constant(false)),
    redirect_uri: address,
    authorization_params: fc.dictionary(fc.constantFrom('audience', '__proto__', 'x-p'), word, { maxKeys: 2 }),
    client_name: word,
  },
  ['issuer'],
);

const headers = fc.dictionary(fc.constantFrom('X-Org', 'x-team', 'X-Region'), word, { maxKeys: 3 });

const serverKeys = {
  transport: fc.oneof(pair('http', 'auto'), pair('http-sse', 'sse')),
  auth_type: fc.oneof(pair('headers', 'oauth_auto'), pair('custom', 'oauth_client_credentials')),
  passthrough_headers: headers,
  forward_headers: forwardHeaders,
  user_identity_forwarding: identity,
  jwt_validation: jwtValidation,
  oauth_metadata: object({ client_id: word, issuer: address, 'x-note': word }),
  external_auth_config: external,
  allow_insecure_http: fc.boolean(),
  tools: object({ blocked: fc.array(word, { maxLength: 2 }) }),
  timeout_ms: fc.integer({ min: 1, max: 100_000 }),
  tls: object({ ca: word }),
  'x-note': word,
};
/** Those that are masked whatever they hold. */
const secretKeys = {
  headers: fc.dictionary(fc.constantFrom('Authorization', 'X-Api-Key'), word, { minKeys: 1, maxKeys: 2 }),
  header_command: object({ command: some(word) }, ['command']),
};
const topKeys = {
  client_headers: headers,
  lint: object({ 'no-issuer-rule': pair('off', 'warning') }),
  identity_issuer: word,
  $schema: word,
};

export interface AnyConfigOptions {
  /** Without it, nothing in the configuration is a credential by its place. */
  readonly secrets: boolean;
}

/** In all three forms, with defaults that servers inherit, replace and switch off. */
export function anyConfig({ secrets }: AnyConfigOptions): fc.Arbitrary<object> {
  const own = { ...serverKeys, ...(secrets && secretKeys) };
  const alias = fc.tuple(object(own), fc.boolean()).map(([entry, isAlias]) => (isAlias ? renamed(entry) : entry));
  const server = fc
    .tuple(
      address,
      alias,
      fc.subarray(Object.keys(serverKeys).filter((key) => !['transport', 'x-note'].includes(key))),
      fc.boolean(),
    )
    .map(([url, entry, off, isOff]) => ({
      url,
      ...entry,
      ...(isOff && Object.fromEntries(off.slice(0, 2).map((key) => [key, null]))),
    }));
  const gateway = fc
    .tuple(fc.dictionary(names, server, { minKeys: 1, maxKeys: 3 }), object({ ...serverKeys, ...topKeys }))
    .map(([mcpServers, top]) => ({ mcpServers, ...top }));
  const bare = object({ ...own, ...topKeys });
  const portkey = fc
    .tuple(object({ url: address, transport: serverKeys.transport, auth_type: serverKeys.auth_type }), object(own))
    .map(([details, configurations]) => ({ mcp_integration_details: { ...details, configurations } }));
  return fc.oneof(gateway, bare, portkey);
}

function renamed(entry: object): object {
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key === 'transport' ? 'type' : key, value]));
}

/** A configuration as a file, and what its references lead to. */
export interface Written {
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly keychain: Readonly<Record<string, string>>;
}

/** Every text as it is. */
export function literally(config: object): string {
  return JSON.stringify(withTexts(config, ({ one }) => one.replaceAll('sentinel-', '').replaceAll('${', () => '$${')));
}

/** Every text as a reference, of each kind in turn, in a world where they lead to the first or to the other values. */
export function byReference(config: object, which: 'one' | 'other'): Written {
  const env: Record<string, string> = {};
  const files: Record<string, string> = {};
  const keychain: Record<string, string> = {};
  let count = 0;
  const text = JSON.stringify(
    withTexts(config, (pairOfTexts) => {
      count += 1;
      const value = pairOfTexts[which];
      switch (count % 4) {
        case 0:
          files[`/etc/mcpgw/v${count}`] = `${value}\n`;
          return `\${file:v${count}}`;
        case 1:
          keychain[`service/v${count}`] = value;
          return `\${keychain:service/v${count}}`;
        case 2:
          return `\${V${count}:-${value}}`;
        default:
          env[`V${count}`] = value;
          return `\${V${count}}`;
      }
    }),
  );
  return { text, env, files, keychain };
}

function withTexts(value: unknown, write: (text: Text) => string): unknown {
  if (value instanceof Text) return write(value);
  if (Array.isArray(value)) return value.map((element) => withTexts(element, write));
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>; // `__proto__` is a name, too
  for (const [key, member] of Object.entries(value)) result[key] = withTexts(member, write);
  return result;
}
