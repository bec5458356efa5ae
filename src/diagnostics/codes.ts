// Every diagnostic code, in one closed list. 001 to 099 are lint rules (src/config/rules/), 100 to 199 are errors of the
// document itself, 200 to 299 what `validate --online` found (src/cli/online/). A code is never reused for another
// meaning.

export const ERROR_CODES = {
  MCPGW100: 'the document is not JSON or JSONC',
  MCPGW101: 'a key stands twice in one object',
  MCPGW102: 'a value has the wrong type',
  MCPGW103: 'a key is unknown',
  MCPGW104: 'a required key is missing',
  MCPGW105: 'a value is not one of those allowed',
  MCPGW106: 'a URL is not valid, or not allowed here',
  MCPGW107: 'a header name or value is not valid',
  MCPGW108: 'jwt_validation needs exactly one validation method',
  MCPGW109: 'a regular expression is not valid, or not linear-time',
  MCPGW110: 'a claim rule is not usable',
  MCPGW111: 'a duration is not valid',
  MCPGW112: 'an algorithm is unknown, symmetric, or none',
  MCPGW113: 'a key in jwks is not usable',
  MCPGW114: 'keys of the configuration contradict each other',
  MCPGW115: 'a secret reference cannot be resolved',
  MCPGW116: 'the file cannot be read',
  MCPGW117: 'the configuration is not trusted to do this',
  MCPGW118: 'a number is out of range',
  MCPGW119: 'a certificate or key of tls cannot be used',
} as const;

export const RULE_CODES = {
  MCPGW001: 'no-issuer-rule',
  MCPGW002: 'no-audience-rule',
  MCPGW003: 'unanchored-regex',
  MCPGW004: 'all-except-mode',
  MCPGW005: 'protected-header-listed',
  MCPGW006: 'authorization-forwarded',
  MCPGW007: 'insecure-http',
  MCPGW008: 'placeholder-value',
  MCPGW009: 'literal-secret',
  MCPGW010: 'identity-without-validation',
  MCPGW011: 'long-introspection-cache',
  MCPGW012: 'long-key-cache',
  MCPGW013: 'wide-clock-tolerance',
  MCPGW014: 'expiry-not-required',
  MCPGW015: 'anonymous-introspection',
  MCPGW016: 'oauth-metadata-wrapped',
  MCPGW017: 'unrequired-identity-claim',
  MCPGW018: 'validation-switched-off',
  MCPGW019: 'transport-header-set',
  MCPGW020: 'identity-header-collision',
  MCPGW021: 'client-metadata-ignored',
  MCPGW022: 'claims-over-http',
  MCPGW023: 'headers-beside-oauth',
  MCPGW024: 'never-matching-rule',
  MCPGW025: 'redundant-rule',
  MCPGW026: 'exposed-config-file',
  MCPGW027: 'redirect-uri-ignored',
  MCPGW028: 'unused-silencer',
  MCPGW029: 'spaced-scope-value',
  MCPGW030: 'unreachable-tool-entry',
  MCPGW031: 'algorithm-without-key',
  MCPGW032: 'no-signing-key',
  MCPGW033: 'exposed-key-file',
} as const;

/** Names; what each means is in src/cli/online/online-facts.ts. */
export const ONLINE_CODES = {
  MCPGW201: 'could-not-be-decided',
  MCPGW202: 'not-asked',
  MCPGW203: 'wrong-answer',
  MCPGW204: 'no-usable-key',
  MCPGW205: 'short-rsa-keys',
  MCPGW206: 'issuer-differs',
  MCPGW207: 'jwks-uri-differs',
  MCPGW208: 'pkce-not-supported',
  MCPGW209: 'clock-skew',
  MCPGW210: 'upstream-answer',
  MCPGW211: 'resource-differs',
  MCPGW212: 'address-refused',
} as const;

/** Nobody answered the question: not a "no", and another exit code (spec: cli, "exit code"). */
export const UNDECIDED_CODE = 'MCPGW201';

export type ErrorDiagnosticCode = keyof typeof ERROR_CODES;
export type RuleCode = keyof typeof RULE_CODES;
export type OnlineCode = keyof typeof ONLINE_CODES;
export type DiagnosticCode = ErrorDiagnosticCode | RuleCode | OnlineCode;

export function isRuleCode(code: DiagnosticCode): code is RuleCode {
  return Object.hasOwn(RULE_CODES, code);
}

export function isOnlineCode(code: string): code is OnlineCode {
  return Object.hasOwn(ONLINE_CODES, code);
}
