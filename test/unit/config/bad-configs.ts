// Configurations that are wrong, and what has to be said of each: code, `line:column`, JSON pointer, sentence.
// Data only; check.test.ts runs them.

export interface BadConfig {
  readonly title: string;
  readonly text: string;
  readonly expected: readonly ExpectedDiagnostic[];
}

export interface ExpectedDiagnostic {
  readonly code: string;
  readonly at: string;
  readonly pointer: string;
  readonly message: string;
  readonly help?: string;
}

/** The environment that the references in them meet. */
export const BAD_CONFIG_ENV = { SET: 's3cr3t', EMPTY: '', BROKEN: 'a\nb' } as const;

export const BAD_CONFIGS: readonly BadConfig[] = [
  {
    title: 'empty document',
    text: '',
    expected: [{ code: 'MCPGW100', at: '1:1', pointer: '', message: 'the document is empty' }],
  },
  {
    title: 'only a comment',
    text: '// nothing\n',
    expected: [{ code: 'MCPGW100', at: '2:1', pointer: '', message: 'the document is empty' }],
  },
  {
    title: 'single quotes',
    text: "{ 'url': 1 }",
    expected: [
      {
        code: 'MCPGW100',
        at: '1:3',
        pointer: '',
        message: 'this is not JSON: a text needs double quotes, and the only words are true, false and null',
      },
    ],
  },
  {
    title: 'missing comma',
    text: '{\n  "timeout_ms": 1\n  "headers": {}\n}',
    expected: [{ code: 'MCPGW100', at: '3:3', pointer: '', message: 'a comma is missing before this' }],
  },
  {
    title: 'unterminated text',
    text: '{ "client_headers": { "a": "b } }',
    expected: [
      { code: 'MCPGW100', at: '1:28', pointer: '', message: 'this text does not end: a double quote is missing' },
    ],
  },
  {
    title: 'more behind the document',
    text: '{} {}',
    expected: [{ code: 'MCPGW100', at: '1:4', pointer: '', message: 'the document has ended, but more follows' }],
  },
  {
    title: 'missing brace',
    text: '{ "headers": {}',
    expected: [{ code: 'MCPGW100', at: '1:16', pointer: '', message: 'a closing } is expected here' }],
  },
  {
    title: 'duplicate key',
    text: '{\n  "timeout_ms": 1,\n  "timeout_ms": 2\n}',
    expected: [
      {
        code: 'MCPGW101',
        at: '3:3',
        pointer: '/timeout_ms',
        message: '`timeout_ms` stands twice in this object',
        help: 'keep one of them: the first one is in line 2',
      },
    ],
  },
  {
    title: 'duplicate __proto__',
    text: '{"client_headers": {"__proto__": "a", "__proto__": "b"}}',
    expected: [
      {
        code: 'MCPGW101',
        at: '1:39',
        pointer: '/client_headers/__proto__',
        message: '`__proto__` stands twice in this object',
        help: 'keep one of them: the first one is in this line, column 21',
      },
    ],
  },
  {
    title: 'a list as document',
    text: '[1]',
    expected: [
      { code: 'MCPGW102', at: '1:1', pointer: '', message: 'the configuration must be an object, not a list' },
    ],
  },
  {
    title: 'a text as document',
    text: '"x"',
    expected: [
      { code: 'MCPGW102', at: '1:1', pointer: '', message: 'the configuration must be an object, not a text' },
    ],
  },
  {
    title: 'unknown key with suggestion',
    text: '{ "jwt_validaton": {} }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:3',
        pointer: '/jwt_validaton',
        message: '`jwt_validaton` is not a known key',
        help: 'did you mean `jwt_validation`?',
      },
    ],
  },
  {
    title: 'snake case for camel case',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "required_claims": ["sub"] } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:57',
        pointer: '/jwt_validation/required_claims',
        message: '`required_claims` is not a known key',
        help: 'did you mean `requiredClaims`?',
      },
    ],
  },
  {
    title: '__proto__ as a key of a closed object',
    text: '{ "__proto__": {} }',
    expected: [{ code: 'MCPGW103', at: '1:3', pointer: '/__proto__', message: '`__proto__` is not a known key' }],
  },
  {
    title: 'constructor as a key of a closed object',
    text: '{ "user_identity_forwarding": { "method": "bearer", "constructor": 1 } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:53',
        pointer: '/user_identity_forwarding/constructor',
        message: '`constructor` is not a known key',
      },
    ],
  },
  {
    title: 'url in a bare policy',
    text: '{ "url": "https://a.example/mcp" }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:3',
        pointer: '/url',
        message: '`url` is not a known key',
        help: 'put the server under `mcpServers`, or give the URL to serve: --url',
      },
    ],
  },
  {
    title: 'wrong type: text for number',
    text: '{ "timeout_ms": "30" }',
    expected: [
      { code: 'MCPGW102', at: '1:17', pointer: '/timeout_ms', message: '`timeout_ms` must be a number, not a text' },
    ],
  },
  {
    title: 'wrong type: null in a bare policy',
    text: '{ "jwt_validation": null }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:21',
        pointer: '/jwt_validation',
        message: '`jwt_validation` must be an object, not null',
      },
    ],
  },
  {
    title: 'wrong type: header value',
    text: '{ "client_headers": { "X-A": 1 } }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:30',
        pointer: '/client_headers/X-A',
        message: '`X-A` must be a text in double quotes, not a number',
      },
    ],
  },
  {
    title: 'wrong type: list for object',
    text: '{ "headers": [] }',
    expected: [
      { code: 'MCPGW102', at: '1:14', pointer: '/headers', message: '`headers` must be an object, not a list' },
    ],
  },
  {
    title: 'wrong type: claims',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "requiredClaims": "sub" } }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:75',
        pointer: '/jwt_validation/requiredClaims',
        message: '`requiredClaims` must be a list, not a text',
      },
    ],
  },
  {
    title: 'wrong type: boolean as text',
    text: '{ "allow_insecure_http": "yes" }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:26',
        pointer: '/allow_insecure_http',
        message: '`allow_insecure_http` must be true or false, not a text',
      },
    ],
  },
  {
    title: 'missing method',
    text: '{\n  "user_identity_forwarding": { "include_claims": [] }\n}',
    expected: [
      {
        code: 'MCPGW104',
        at: '2:31',
        pointer: '/user_identity_forwarding',
        message: '`user_identity_forwarding` lacks `method`',
      },
    ],
  },
  {
    title: 'wrong method',
    text: '{ "user_identity_forwarding": { "method": "claims-header" } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:43',
        pointer: '/user_identity_forwarding/method',
        message: '`method` must be "claims_header", "bearer" or "jwt_header"',
        help: 'did you mean "claims_header"?',
      },
    ],
  },
  {
    title: 'missing url',
    text: '{ "mcpServers": { "a": { "headers": {} } } }',
    expected: [{ code: 'MCPGW104', at: '1:24', pointer: '/mcpServers/a', message: '`a` lacks `url`' }],
  },
  {
    title: 'no servers',
    text: '{ "mcpServers": {} }',
    expected: [{ code: 'MCPGW104', at: '1:17', pointer: '/mcpServers', message: '`mcpServers` names no server' }],
  },
  {
    title: 'mcpServers of wrong type',
    text: '{ "mcpServers": [] }',
    expected: [
      { code: 'MCPGW102', at: '1:17', pointer: '/mcpServers', message: '`mcpServers` must be an object, not a list' },
    ],
  },
  {
    title: 'local server',
    text: '{ "mcpServers": { "a": { "command": "npx", "args": ["x"] } } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:26',
        pointer: '/mcpServers/a/command',
        message: '`command` starts a local server, and mcpgw serves remote ones',
        help: 'give the entry a `url`, or leave it to the MCP client',
      },
    ],
  },
  {
    title: 'wrong transport',
    text: '{ "mcpServers": { "a": { "url": "https://a.example", "transport": "htp" } } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:67',
        pointer: '/mcpServers/a/transport',
        message: '`transport` must be "http", "sse", "auto", "http-sse" or "sse-http"',
        help: 'did you mean "http"?',
      },
    ],
  },
  {
    title: 'transport twice',
    text: '{ "mcpServers": { "a": { "url": "https://a.example", "transport": "http", "type": "http" } } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:75',
        pointer: '/mcpServers/a/type',
        message: '`type` is another name of `transport`, which stands here, too',
        help: 'keep one of them',
      },
    ],
  },
  {
    title: 'wrong auth_type',
    text: '{ "auth_type": "oauth" }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:16',
        pointer: '/auth_type',
        message: '`auth_type` must be "none", "headers", "custom", "oauth_auto" or "oauth_client_credentials"',
        help: 'did you mean "oauth_auto"?',
      },
    ],
  },
  {
    title: 'not a url',
    text: '{ "mcpServers": { "a": { "url": "a.example" } } }',
    expected: [
      { code: 'MCPGW106', at: '1:33', pointer: '/mcpServers/a/url', message: '`url` must be a URL (https://…)' },
    ],
  },
  {
    title: 'file url',
    text: '{ "mcpServers": { "a": { "url": "file:///etc/passwd" } } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:33',
        pointer: '/mcpServers/a/url',
        message: '`url` must be an https URL, not of another scheme',
      },
    ],
  },
  {
    title: 'plain http beyond loopback',
    text: '{ "mcpServers": { "a": { "url": "http://a.example/mcp" } } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:33',
        pointer: '/mcpServers/a/url',
        message: '`url` must be an https URL: plain http is for this machine alone',
        help: '"allow_insecure_http": true allows it for a network that you trust',
      },
    ],
  },
  {
    title: 'localhost lookalike',
    text: '{ "mcpServers": { "a": { "url": "http://127.0.0.1.example.com/mcp" } } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:33',
        pointer: '/mcpServers/a/url',
        message: '`url` must be an https URL: plain http is for this machine alone',
        help: '"allow_insecure_http": true allows it for a network that you trust',
      },
    ],
  },
  {
    title: 'plain http to a name below localhost',
    text: '{ "mcpServers": { "a": { "url": "http://idp.localhost/mcp" } } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:33',
        pointer: '/mcpServers/a/url',
        message: '`url` must be an https URL: plain http is for this machine alone',
        help: '"allow_insecure_http": true allows it for a network that you trust',
      },
    ],
  },
  {
    title: 'credentials in a url',
    text: '{ "mcpServers": { "a": { "url": "https://u:p@a.example/mcp" } } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:33',
        pointer: '/mcpServers/a/url',
        message: '`url` must not hold credentials: URLs end up in logs',
        help: 'send them in `headers`, from a secret reference',
      },
    ],
  },
  {
    title: 'http jwksUri',
    text: '{ "jwt_validation": { "jwksUri": "http://a.example/k" } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:34',
        pointer: '/jwt_validation/jwksUri',
        message: '`jwksUri` must be an https URL: plain http is for this machine alone',
      },
    ],
  },
  {
    title: 'data jwksUri',
    text: '{ "jwt_validation": { "jwksUri": "data:application/json,{}" } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:34',
        pointer: '/jwt_validation/jwksUri',
        message: '`jwksUri` must be an https URL, not of another scheme',
      },
    ],
  },
  {
    title: 'http introspection, insecure flag or not',
    text: '{ "allow_insecure_http": true, "jwt_validation": { "introspectEndpoint": "http://a.example/i" } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:74',
        pointer: '/jwt_validation/introspectEndpoint',
        message: '`introspectEndpoint` must be an https URL: plain http is for this machine alone',
      },
    ],
  },
  {
    title: 'http token endpoint',
    text: '{ "external_auth_config": { "token_endpoint": "http://a.example/t", "issuer": "https://idp.example" } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:47',
        pointer: '/external_auth_config/token_endpoint',
        message: '`token_endpoint` must be an https URL: plain http is for this machine alone',
      },
    ],
  },
  {
    title: 'http authorization endpoint in oauth_metadata',
    text: '{ "oauth_metadata": { "authorization_endpoint": "http://a.example/t" } }',
    expected: [
      {
        code: 'MCPGW106',
        at: '1:49',
        pointer: '/oauth_metadata/authorization_endpoint',
        message: '`authorization_endpoint` must be an https URL: plain http is for this machine alone',
      },
    ],
  },
  {
    title: 'header name with a space',
    text: '{ "headers": { "X A": "b" } }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:16',
        pointer: '/headers/X A',
        message: "`X A` is not a header name: letters, digits and !#$%&'*+-.^_`|~ alone",
      },
    ],
  },
  {
    title: 'header name that is empty',
    text: '{ "client_headers": { "": "b" } }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:23',
        pointer: '/client_headers/',
        message: '`""` is not a header name: letters, digits and !#$%&\'*+-.^_`|~ alone',
      },
    ],
  },
  {
    title: 'line break in a header value',
    text: '{ "passthrough_headers": { "X-A": "b\\r\\nX-B: c" } }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:35',
        pointer: '/passthrough_headers/X-A',
        message: '`X-A` cannot be sent as a header: it holds a line break, a control character or one beyond U+00FF',
      },
    ],
  },
  {
    title: 'NUL in a header value',
    text: '{ "headers": { "X-A": "\\u0000" } }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:23',
        pointer: '/headers/X-A',
        message: '`X-A` cannot be sent as a header: it holds a line break, a control character or one beyond U+00FF',
      },
    ],
  },
  {
    title: 'bad name in forward_headers',
    text: '{ "forward_headers": ["x-a", "x b"] }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:30',
        pointer: '/forward_headers/1',
        message: "`forward_headers[1]` is not a header name: letters, digits and !#$%&'*+-.^_`|~ alone",
      },
    ],
  },
  {
    title: 'bad name in a rename',
    text: '{ "forward_headers": { "mode": "allowlist", "headers": [{ "from": "x-a", "to": "x:b" }] } }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:80',
        pointer: '/forward_headers/headers/0/to',
        message: "`to` is not a header name: letters, digits and !#$%&'*+-.^_`|~ alone",
      },
    ],
  },
  {
    title: 'rename without to',
    text: '{ "forward_headers": { "mode": "allowlist", "headers": [{ "from": "x-a" }] } }',
    expected: [
      { code: 'MCPGW104', at: '1:57', pointer: '/forward_headers/headers/0', message: '`headers[0]` lacks `to`' },
    ],
  },
  {
    title: 'forward_headers without mode',
    text: '{ "forward_headers": { "headers": [] } }',
    expected: [
      { code: 'MCPGW104', at: '1:22', pointer: '/forward_headers', message: '`forward_headers` lacks `mode`' },
    ],
  },
  {
    title: 'forward_headers with another mode',
    text: '{ "forward_headers": { "mode": "all", "headers": [] } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:32',
        pointer: '/forward_headers/mode',
        message: '`mode` must be "allowlist" or "all-except"',
      },
    ],
  },
  {
    title: 'forward_headers as text',
    text: '{ "forward_headers": "x-a" }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:22',
        pointer: '/forward_headers',
        message: '`forward_headers` must be a list or an object, not a text',
      },
    ],
  },
  {
    title: 'bad header_name',
    text: '{ "user_identity_forwarding": { "method": "bearer", "header_name": "X User" } }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:68',
        pointer: '/user_identity_forwarding/header_name',
        message: "`header_name` is not a header name: letters, digits and !#$%&'*+-.^_`|~ alone",
      },
    ],
  },
  {
    title: 'bad headerKey',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "headerKey": "a b" } }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:70',
        pointer: '/jwt_validation/headerKey',
        message: "`headerKey` is not a header name: letters, digits and !#$%&'*+-.^_`|~ alone",
      },
    ],
  },
  {
    title: 'no validation method',
    text: '{ "jwt_validation": { "algorithms": ["RS256"] } }',
    expected: [
      {
        code: 'MCPGW108',
        at: '1:21',
        pointer: '/jwt_validation',
        message:
          '`jwt_validation` needs one of `jwksUri`, `jwks` and `introspectEndpoint`: nothing says how a token is verified',
      },
    ],
  },
  {
    title: 'two validation methods',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "jwks": { "keys": [] } } }',
    expected: [
      {
        code: 'MCPGW108',
        at: '1:57',
        pointer: '/jwt_validation/jwks',
        message: '`jwks` cannot stand beside `jwksUri`: a token is verified in one way',
      },
      {
        code: 'MCPGW113',
        at: '1:75',
        pointer: '/jwt_validation/jwks/keys',
        message: '`keys` must hold a key: without one, no token could be accepted',
      },
    ],
  },
  {
    title: 'algorithm none',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "algorithms": ["none"] } }',
    expected: [
      {
        code: 'MCPGW112',
        at: '1:72',
        pointer: '/jwt_validation/algorithms/0',
        message: '`algorithms[0]` must not be `none`: anyone could write such a token',
      },
    ],
  },
  {
    title: 'symmetric algorithm',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "algorithms": ["RS256", "HS256"] } }',
    expected: [
      {
        code: 'MCPGW112',
        at: '1:81',
        pointer: '/jwt_validation/algorithms/1',
        message: '`algorithms[1]` is symmetric: a gateway verifies with public keys only',
      },
    ],
  },
  {
    title: 'algorithm in lower case',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "algorithms": ["rs256"] } }',
    expected: [
      {
        code: 'MCPGW112',
        at: '1:72',
        pointer: '/jwt_validation/algorithms/0',
        message: '`algorithms[0]` is not an algorithm: case matters',
        help: 'did you mean `RS256`?',
      },
    ],
  },
  {
    title: 'unknown algorithm',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "algorithms": ["RSA"] } }',
    expected: [
      {
        code: 'MCPGW112',
        at: '1:72',
        pointer: '/jwt_validation/algorithms/0',
        message:
          '`algorithms[0]` is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519',
      },
    ],
  },
  {
    title: 'no algorithm',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "algorithms": [] } }',
    expected: [
      {
        code: 'MCPGW112',
        at: '1:71',
        pointer: '/jwt_validation/algorithms',
        message: '`algorithms` must name an algorithm',
        help: 'without the key, RS256 alone holds',
      },
    ],
  },
  {
    title: 'bad duration',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "maxTokenAge": "5 m" } }',
    expected: [
      {
        code: 'MCPGW111',
        at: '1:72',
        pointer: '/jwt_validation/maxTokenAge',
        message: '`maxTokenAge` must be a duration: an integer above 0 and s, m, h or d ("30s", "12h")',
      },
    ],
  },
  {
    title: 'duration of nothing',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "maxTokenAge": "0s" } }',
    expected: [
      {
        code: 'MCPGW111',
        at: '1:72',
        pointer: '/jwt_validation/maxTokenAge',
        message: '`maxTokenAge` must be a duration: an integer above 0 and s, m, h or d ("30s", "12h")',
      },
    ],
  },
  {
    title: 'duration as number',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "maxTokenAge": 300 } }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:72',
        pointer: '/jwt_validation/maxTokenAge',
        message: '`maxTokenAge` must be a text in double quotes, not a number',
      },
    ],
  },
  {
    title: 'negative tolerance',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "clockTolerance": -1 } }',
    expected: [
      {
        code: 'MCPGW118',
        at: '1:75',
        pointer: '/jwt_validation/clockTolerance',
        message: '`clockTolerance` must not be negative',
      },
    ],
  },
  {
    title: 'infinite number',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "clockTolerance": 1e999 } }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:75',
        pointer: '/jwt_validation/clockTolerance',
        message: '`clockTolerance` must be a finite number',
      },
    ],
  },
  {
    title: 'fraction of a cache age',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "cacheMaxAge": 1.5 } }',
    expected: [
      {
        code: 'MCPGW118',
        at: '1:72',
        pointer: '/jwt_validation/cacheMaxAge',
        message: '`cacheMaxAge` must be an integer of at least 0',
      },
    ],
  },
  {
    title: 'jwt lifetime over a day',
    text: '{ "user_identity_forwarding": { "method": "jwt_header", "jwt_expiry_seconds": 86401 } }',
    expected: [
      {
        code: 'MCPGW118',
        at: '1:79',
        pointer: '/user_identity_forwarding/jwt_expiry_seconds',
        message: '`jwt_expiry_seconds` must be an integer from 1 to 86400',
      },
    ],
  },
  {
    title: 'timeout of nothing',
    text: '{ "timeout_ms": 0 }',
    expected: [
      {
        code: 'MCPGW118',
        at: '1:17',
        pointer: '/timeout_ms',
        message: '`timeout_ms` must be an integer from 1 to 2147483647',
      },
    ],
  },
  {
    title: 'timeout beyond a timer',
    text: '{ "timeout_ms": 3000000000 }',
    expected: [
      {
        code: 'MCPGW118',
        at: '1:17',
        pointer: '/timeout_ms',
        message: '`timeout_ms` must be an integer from 1 to 2147483647',
      },
    ],
  },
  {
    title: 'no keys',
    text: '{ "jwt_validation": { "jwks": { "keys": [] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:41',
        pointer: '/jwt_validation/jwks/keys',
        message: '`keys` must hold a key: without one, no token could be accepted',
      },
    ],
  },
  {
    title: 'jwks without keys',
    text: '{ "jwt_validation": { "jwks": {} } }',
    expected: [{ code: 'MCPGW104', at: '1:31', pointer: '/jwt_validation/jwks', message: '`jwks` lacks `keys`' }],
  },
  {
    title: 'symmetric key',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "oct", "k": "c2VjcmV0" }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:42',
        pointer: '/jwt_validation/jwks/keys/0',
        message: '`keys[0]` is a symmetric key: a gateway verifies with public keys only',
      },
    ],
  },
  {
    title: 'private key',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "c2VjcmV0" }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:93',
        pointer: '/jwt_validation/jwks/keys/0/d',
        message: '`d` belongs to a private key: take it out of the file, and replace the key',
        help: 'a gateway needs the public half alone',
      },
    ],
  },
  {
    title: 'short RSA key',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "RSA", "e": "AQAB", "n": "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww" }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:76',
        pointer: '/jwt_validation/jwks/keys/0/n',
        message: '`n` is of 1024 bits: RSA needs at least 2048',
      },
    ],
  },
  {
    title: 'RSA key without modulus',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "RSA", "e": "AQAB" }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:42',
        pointer: '/jwt_validation/jwks/keys/0',
        message: '`keys[0]` lacks `n`, which every RSA key has',
      },
    ],
  },
  {
    title: 'key without kty',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kid": "a" }] } } }',
    expected: [
      { code: 'MCPGW104', at: '1:42', pointer: '/jwt_validation/jwks/keys/0', message: '`keys[0]` lacks `kty`' },
    ],
  },
  {
    title: 'introspection secret without id',
    text: '{ "jwt_validation": { "introspectEndpoint": "https://a.example/i", "introspectClientSecret": "s" } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:68',
        pointer: '/jwt_validation/introspectClientSecret',
        message: '`introspectClientSecret` needs `introspectClientId`',
      },
    ],
  },
  {
    title: 'headerPayloadMatch with introspection',
    text: '{ "jwt_validation": { "introspectEndpoint": "https://a.example/i", "headerPayloadMatch": ["sub"] } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:68',
        pointer: '/jwt_validation/headerPayloadMatch',
        message:
          '`headerPayloadMatch` cannot be used with `introspectEndpoint`: an answer of introspection has no JWT header',
      },
    ],
  },
  {
    title: 'typ with introspection',
    text: '{ "jwt_validation": { "introspectEndpoint": "https://a.example/i", "typ": "at+jwt" } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:68',
        pointer: '/jwt_validation/typ',
        message: '`typ` cannot be used with `introspectEndpoint`: an answer of introspection has no JWT header',
      },
    ],
  },
  {
    title: 'content type of introspection',
    text: '{ "jwt_validation": { "introspectEndpoint": "https://a.example/i", "introspectContentType": "text/plain" } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:93',
        pointer: '/jwt_validation/introspectContentType',
        message: '`introspectContentType` must be `application/x-www-form-urlencoded` or `application/json`',
      },
    ],
  },
  {
    title: 'claim rule without values',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "iss": { "matchType": "exact" } } } }',
    expected: [
      { code: 'MCPGW104', at: '1:81', pointer: '/jwt_validation/claimValues/iss', message: '`iss` lacks `values`' },
    ],
  },
  {
    title: 'empty values',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "iss": { "values": [], "matchType": "contains" } } } }',
    expected: [
      {
        code: 'MCPGW110',
        at: '1:93',
        pointer: '/jwt_validation/claimValues/iss/values',
        message: '`values` must not be empty: no token could satisfy the rule',
      },
    ],
  },
  {
    title: 'exact with two values',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "iss": { "values": ["a", "b"] } } } }',
    expected: [
      {
        code: 'MCPGW110',
        at: '1:93',
        pointer: '/jwt_validation/claimValues/iss/values',
        message: '`values` must be one value, because `exact` compares the whole claim',
        help: 'for any one of several: "matchType": "contains"',
      },
    ],
  },
  {
    title: 'unknown matchType',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "iss": { "values": "a", "matchType": "Exact" } } } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:111',
        pointer: '/jwt_validation/claimValues/iss/matchType',
        message: '`matchType` must be "exact", "contains", "containsAll" or "regex"',
        help: 'did you mean "exact"?',
      },
    ],
  },
  {
    title: 'null as value',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "a": { "values": [null] } } } }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:92',
        pointer: '/jwt_validation/claimValues/a/values/0',
        message: '`values[0]` must be a text, a number, or true or false, not null',
      },
    ],
  },
  {
    title: 'claim rule as text',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "iss": "a" } } }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:81',
        pointer: '/jwt_validation/claimValues/iss',
        message: '`iss` must be an object like { "values": … }, not a text',
      },
    ],
  },
  {
    title: 'bad rule of the claim __proto__',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "__proto__": { "values": [] , "matchType": "contains" } } } }',
    expected: [
      {
        code: 'MCPGW110',
        at: '1:99',
        pointer: '/jwt_validation/claimValues/__proto__/values',
        message: '`values` must not be empty: no token could satisfy the rule',
      },
    ],
  },
  {
    title: 'broken regex',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "a": { "values": ["ok", "("], "matchType": "regex" } } } }',
    expected: [
      {
        code: 'MCPGW109',
        at: '1:98',
        pointer: '/jwt_validation/claimValues/a/values/1',
        message: '`values[1]` is not a regular expression: missing closing )',
      },
    ],
  },
  {
    title: 'regex with lookahead',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "a": { "values": "(?=a)b", "matchType": "regex" } } } }',
    expected: [
      {
        code: 'MCPGW109',
        at: '1:91',
        pointer: '/jwt_validation/claimValues/a/values',
        message: '`values` uses lookahead, which the linear-time engine does not have',
        help: 'RE2 syntax: no lookaround, no backreferences',
      },
    ],
  },
  {
    title: 'regex in tool_authorization',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k" }, "tool_authorization": { "t": { "required_claims": { "a": { "values": "(a)\\\\1", "matchType": "regex" } } } } }',
    expected: [
      {
        code: 'MCPGW109',
        at: '1:128',
        pointer: '/tool_authorization/t/required_claims/a/values',
        message: '`values` uses a backreference, which the linear-time engine does not have',
        help: 'RE2 syntax: no lookaround, no backreferences',
      },
    ],
  },
  {
    title: 'empty tools.allowed',
    text: '{ "tools": { "allowed": [] } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:25',
        pointer: '/tools/allowed',
        message: '`allowed` is empty, which does not say whether no tool is meant or every one',
        help: 'every tool: leave `allowed` out; no tool: "blocked": ["*"]',
      },
    ],
  },
  {
    title: 'tool_authorization without jwt_validation',
    text: '{ "tool_authorization": { "t": { "required_claims": {} } } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:3',
        pointer: '/tool_authorization',
        message: '`tool_authorization` needs `jwt_validation`: without it, nobody knows what the caller may do',
      },
    ],
  },
  {
    title: 'tool_authorization where a server switches validation off',
    text: '{ "jwt_validation": { "jwksUri": "https://a.example/k" }, "tool_authorization": {}, "mcpServers": { "a": { "url": "https://a.example", "jwt_validation": null } } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:154',
        pointer: '/mcpServers/a/jwt_validation',
        message:
          '`jwt_validation` is switched off here, and the `tool_authorization` that the server inherits needs it',
        help: 'switch both off: "tool_authorization": null',
      },
    ],
  },
  {
    title: 'reserved authorization parameter',
    text: '{ "external_auth_config": { "authorization_params": { "prompt": "login", "state": "x" }, "issuer": "https://idp.example" } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:74',
        pointer: '/external_auth_config/authorization_params/state',
        message: '`state` is reserved: mcpgw sets this parameter itself',
      },
    ],
  },
  {
    title: 'authorization parameter that moves the request elsewhere',
    text: '{ "external_auth_config": { "authorization_params": { "response_mode": "form_post" }, "issuer": "https://idp.example" } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:55',
        pointer: '/external_auth_config/authorization_params/response_mode',
        message: '`response_mode` must not be set: the answer would not be the one that mcpgw checks',
      },
    ],
  },
  {
    title: 'empty client_id',
    text: '{ "external_auth_config": { "client_id": "", "issuer": "https://idp.example" } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:42',
        pointer: '/external_auth_config/client_id',
        message: '`client_id` must not be empty',
      },
    ],
  },
  {
    title: 'client_secret_post without a secret',
    text: '{ "external_auth_config": { "token_endpoint_auth_method": "client_secret_post", "client_id": "a", "issuer": "https://idp.example" } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:59',
        pointer: '/external_auth_config/token_endpoint_auth_method',
        message: '`token_endpoint_auth_method` needs `client_secret`',
      },
    ],
  },
  {
    title: 'identity provider that nothing leads to',
    text: '{ "external_auth_config": { "client_id": "a", "token_endpoint": "https://idp.example/token" } }',
    expected: [
      {
        code: 'MCPGW104',
        at: '1:27',
        pointer: '/external_auth_config',
        message: '`external_auth_config` lacks `issuer`: nothing says where a caller logs in',
        help: 'add `issuer`, or both `authorization_endpoint` and `token_endpoint`',
      },
    ],
  },
  {
    title: 'headers where auth_type says none',
    text: '{ "auth_type": "none", "headers": { "X-Key": "x" } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:16',
        pointer: '/auth_type',
        message: '`auth_type` is "none", and `headers` says how to authenticate',
        help: 'leave `auth_type` out to send the headers, or take `headers` out',
      },
    ],
  },
  {
    title: 'resource true',
    text: '{ "external_auth_config": { "resource": true, "issuer": "https://idp.example" } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:41',
        pointer: '/external_auth_config/resource',
        message: '`resource` must be a text, or false to send none',
      },
    ],
  },
  {
    title: 'unknown auth method of a client',
    text: '{ "external_auth_config": { "token_endpoint_auth_method": "client_secret_jwt", "issuer": "https://idp.example" } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:59',
        pointer: '/external_auth_config/token_endpoint_auth_method',
        message:
          '`token_endpoint_auth_method` must be "none", "client_secret_basic", "client_secret_post" or "private_key_jwt"',
        help: 'did you mean "client_secret_post"?',
      },
    ],
  },
  {
    title: 'empty header_command',
    text: '{ "header_command": { "command": [] } }',
    expected: [
      { code: 'MCPGW105', at: '1:34', pointer: '/header_command/command', message: '`command` must name a program' },
    ],
  },
  {
    title: 'credentials for two servers',
    text: '{ "headers": { "Authorization": "x" }, "mcpServers": { "a": { "url": "https://a.example" }, "b": { "url": "https://b.example" } } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:3',
        pointer: '/headers',
        message: '`headers` stands beside `mcpServers`, so every one of the 2 servers would get it',
        help: 'put it into the entry of the server that it belongs to',
      },
    ],
  },
  {
    title: 'client_secret for two servers',
    text: '{ "external_auth_config": { "client_secret": "x", "issuer": "https://idp.example" }, "mcpServers": { "a": { "url": "https://a.example" }, "b": { "url": "https://b.example" } } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:29',
        pointer: '/external_auth_config/client_secret',
        message: '`client_secret` stands beside `mcpServers`, so every one of the 2 servers would get it',
        help: 'put it into the entry of the server that it belongs to',
      },
    ],
  },
  {
    title: 'passthrough reference for two servers',
    text: '{ "passthrough_headers": { "X-A": "plain", "X-B": "${SET}" }, "mcpServers": { "a": { "url": "https://a.example" }, "b": { "url": "https://b.example" } } }',
    expected: [
      {
        code: 'MCPGW114',
        at: '1:44',
        pointer: '/passthrough_headers/X-B',
        message: '`X-B` stands beside `mcpServers`, so every one of the 2 servers would get it',
        help: 'put it into the entry of the server that it belongs to',
      },
    ],
  },
  {
    title: 'reference to nothing',
    text: '{ "headers": { "Authorization": "Bearer ${UNSET}" } }',
    expected: [
      {
        code: 'MCPGW115',
        at: '1:33',
        pointer: '/headers/Authorization',
        message: '`Authorization`: `${UNSET}`: the environment variable is not set',
        help: 'set it, or give a default: `${NAME:-default}`',
      },
    ],
  },
  {
    title: 'reference to an empty variable',
    text: '{ "headers": { "Authorization": "${EMPTY}" } }',
    expected: [
      {
        code: 'MCPGW115',
        at: '1:33',
        pointer: '/headers/Authorization',
        message: '`Authorization`: `${EMPTY}`: the environment variable is empty',
        help: 'set it, or give a default: `${NAME:-default}`',
      },
    ],
  },
  {
    title: 'reference to a missing file',
    text: '{ "headers": { "Authorization": "${file:gone.txt}" } }',
    expected: [
      {
        code: 'MCPGW115',
        at: '1:33',
        pointer: '/headers/Authorization',
        message: '`Authorization`: `${file:gone.txt}`: it cannot be read: there is no such file',
        help: 'check who may read it, and the path: it starts at the directory of the configuration',
      },
    ],
  },
  {
    title: 'no reference at all',
    text: '{ "headers": { "Authorization": "${{ secrets.X }}" } }',
    expected: [
      {
        code: 'MCPGW115',
        at: '1:33',
        pointer: '/headers/Authorization',
        message: '`Authorization`: this `${` starts no secret reference',
        help: 'write `${NAME}`, `${NAME:-default}`, `${file:path}` or `${keychain:service/account}`, without a brace inside; `$${` is a literal `${`',
      },
    ],
  },
  {
    title: 'line break from a reference',
    text: '{ "headers": { "Authorization": "${BROKEN}" } }',
    expected: [
      {
        code: 'MCPGW107',
        at: '1:33',
        pointer: '/headers/Authorization',
        message:
          '`Authorization` cannot be sent as a header: it holds a line break, a control character or one beyond U+00FF',
      },
    ],
  },
  {
    title: 'bad url from a reference',
    text: '{ "mcpServers": { "a": { "url": "${SET}" } } }',
    expected: [
      { code: 'MCPGW106', at: '1:33', pointer: '/mcpServers/a/url', message: '`url` must be a URL (https://…)' },
    ],
  },
  {
    title: 'unknown lint rule',
    text: '{ "lint": { "no-issuer-rul": "off" } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:13',
        pointer: '/lint/no-issuer-rul',
        message: '`no-issuer-rul` is not a known key',
        help: 'did you mean `no-issuer-rule`?',
      },
    ],
  },
  {
    title: 'lint level',
    text: '{ "lint": { "no-issuer-rule": "warn" } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:31',
        pointer: '/lint/no-issuer-rule',
        message: '`no-issuer-rule` must be "off", "note", "warning" or "error"',
      },
    ],
  },
  {
    title: 'unknown key in a portkey export',
    text: '{ "mcp_integration_details": { "configuration": {} } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:32',
        pointer: '/mcp_integration_details/configuration',
        message: '`configuration` is not a known key',
        help: 'did you mean `configurations`?',
      },
    ],
  },
  {
    title: 'bad policy in a portkey export',
    text: '{ "mcp_integration_details": { "configurations": { "forward_headers": 1 } } }',
    expected: [
      {
        code: 'MCPGW102',
        at: '1:71',
        pointer: '/mcp_integration_details/configurations/forward_headers',
        message: '`forward_headers` must be a list or an object, not a number',
      },
    ],
  },
  {
    title: 'byte order mark does not move columns',
    text: '\uFEFF{ "timeout_ms": 0 }',
    expected: [
      {
        code: 'MCPGW118',
        at: '1:17',
        pointer: '/timeout_ms',
        message: '`timeout_ms` must be an integer from 1 to 2147483647',
      },
    ],
  },
  {
    title: 'CRLF lines count once',
    text: '{\r\n\r\n  "timeout_ms": 0\r\n}',
    expected: [
      {
        code: 'MCPGW118',
        at: '3:17',
        pointer: '/timeout_ms',
        message: '`timeout_ms` must be an integer from 1 to 2147483647',
      },
    ],
  },
  {
    title: 'keys of types that verify nothing',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "rsa" }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:41',
        pointer: '/jwt_validation/jwks/keys',
        message: '`keys` must hold an RSA, EC or OKP key: no other verifies a signature',
      },
    ],
  },
  {
    title: 'RSA modulus that is not base64url',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "RSA", "e": "AQAB", "n": "a+b/" }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:76',
        pointer: '/jwt_validation/jwks/keys/0/n',
        message: '`n` must be base64url, without padding',
      },
    ],
  },
  {
    title: 'RSA modulus with padding',
    text: `{ "jwt_validation": { "jwks": { "keys": [{ "kty": "RSA", "e": "AQAB", "n": "${'w'.repeat(342)}==" }] } } }`,
    expected: [
      {
        code: 'MCPGW113',
        at: '1:76',
        pointer: '/jwt_validation/jwks/keys/0/n',
        message: '`n` must be base64url, without padding',
      },
    ],
  },
  {
    title: 'EC coordinate with padding',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AA==" }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:91',
        pointer: '/jwt_validation/jwks/keys/0/y',
        message: '`y` must be base64url, without padding',
      },
    ],
  },
  {
    title: 'RSA exponent of one',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "RSA", "e": "AQ", "n": "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww" }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:63',
        pointer: '/jwt_validation/jwks/keys/0/e',
        message: '`e` must be an RSA exponent of at least 3, in base64url',
      },
    ],
  },
  {
    title: 'OKP coordinate that is no text',
    text: '{ "jwt_validation": { "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AAAA", "y": {} }] } } }',
    expected: [
      {
        code: 'MCPGW113',
        at: '1:94',
        pointer: '/jwt_validation/jwks/keys/0/y',
        message: '`y` must be base64url, without padding',
      },
    ],
  },
  {
    title: 'transport streamable-http, as clients write it',
    text: '{ "mcpServers": { "a": { "url": "https://a.example", "transport": "streamable-http" } } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:67',
        pointer: '/mcpServers/a/transport',
        message: '`transport` must be "http", "sse", "auto", "http-sse" or "sse-http"',
        help: 'did you mean "http"?',
      },
    ],
  },
  {
    title: 'type streamableHttp, as clients write it',
    text: '{ "mcpServers": { "a": { "url": "https://a.example", "type": "streamableHttp" } } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:62',
        pointer: '/mcpServers/a/type',
        message: '`type` must be "http", "sse", "auto", "http-sse" or "sse-http"',
        help: 'did you mean "http"?',
      },
    ],
  },
  {
    title: 'transport streamable_http, as clients write it',
    text: '{ "mcpServers": { "a": { "url": "https://a.example", "transport": "streamable_http" } } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:67',
        pointer: '/mcpServers/a/transport',
        message: '`transport` must be "http", "sse", "auto", "http-sse" or "sse-http"',
        help: 'did you mean "http"?',
      },
    ],
  },
  {
    title: 'type streamable, as clients write it',
    text: '{ "mcpServers": { "a": { "url": "https://a.example", "type": "streamable" } } }',
    expected: [
      {
        code: 'MCPGW105',
        at: '1:62',
        pointer: '/mcpServers/a/type',
        message: '`type` must be "http", "sse", "auto", "http-sse" or "sse-http"',
        help: 'did you mean "http"?',
      },
    ],
  },
  {
    title: 'lint rule by its code',
    text: '{ "lint": { "MCPGW012": "off" } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:13',
        pointer: '/lint/MCPGW012',
        message: '`MCPGW012` is not a known key',
        help: 'did you mean `long-key-cache`?',
      },
    ],
  },
  {
    title: 'lint rule by a part of its code',
    text: '{ "lint": { "mcpgw-1": "off" } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:13',
        pointer: '/lint/mcpgw-1',
        message: '`mcpgw-1` is not a known key',
        help: 'did you mean `no-issuer-rule`?',
      },
    ],
  },
  {
    title: 'lint rule that nothing resembles',
    text: '{ "lint": { "everything": "off" } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:13',
        pointer: '/lint/everything',
        message: '`everything` is not a known key',
        help: 'the names of all rules: `mcpgw schema`, under `lint`',
      },
    ],
  },
  {
    title: 'lint rule by the code of an error',
    text: '{ "lint": { "MCPGW102": "off" } }',
    expected: [
      {
        code: 'MCPGW103',
        at: '1:13',
        pointer: '/lint/MCPGW102',
        message: '`MCPGW102` is not a known key',
        help: 'the names of all rules: `mcpgw schema`, under `lint`',
      },
    ],
  },
];
