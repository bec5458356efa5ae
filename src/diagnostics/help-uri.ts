// Where a diagnostic code is explained: its section of docs/reference/diagnostics.md, as published. The one place that
// knows the address; scripts/reference.ts writes a heading for each anchor.
import { isOnlineCode, isRuleCode, ONLINE_CODES, RULE_CODES, type DiagnosticCode } from './codes.js';

const REFERENCE = 'https://mcpgw.dev/reference/diagnostics';

/** Where the product is explained. */
export const HOME_PAGE = 'https://mcpgw.dev';

export function helpUri(code: DiagnosticCode): string {
  return `${REFERENCE}#${helpAnchor(code)}`;
}

/** The anchor of the code's section: an error's by its code, all others by their name. */
export function helpAnchor(code: DiagnosticCode): string {
  if (isOnlineCode(code)) return ONLINE_CODES[code];
  return isRuleCode(code) ? RULE_CODES[code] : code.toLowerCase();
}
