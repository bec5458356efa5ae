// Every diagnostic code, in one closed list. 001 to 099 are lint rules (src/config/rules/), 100 and above are errors
// of the document itself. A code is never reused for another meaning.

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
} as const;

export type ErrorDiagnosticCode = keyof typeof ERROR_CODES;
export type RuleCode = keyof typeof RULE_CODES;
export type DiagnosticCode = ErrorDiagnosticCode | RuleCode;

export function isRuleCode(code: DiagnosticCode): code is RuleCode {
  return Object.hasOwn(RULE_CODES, code);
}
