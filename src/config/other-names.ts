// Names that other programs have for what a key or a value here means. Loaded only when there is an error to explain.
import { RULE_CODES } from '../diagnostics/codes.js';

/** By the name without case and separators: what MCP clients write for a transport. */
const VALUES: Readonly<Record<string, string>> = { streamablehttp: 'http', streamable: 'http' };

/** The value that is called this elsewhere, when it is one of those allowed. */
export function valueKnownAs(word: string, allowed: readonly string[]): string | undefined {
  const plain = word.replace(/[_\-\s]/g, '').toLowerCase();
  const meant = Object.hasOwn(VALUES, plain) ? VALUES[plain] : undefined;
  return meant !== undefined && allowed.includes(meant) ? meant : undefined;
}

/** The rule that a diagnostic's code stands for, when it is one of the known keys. */
export function ruleOfCode(word: string, known: readonly string[]): string | undefined {
  const number = /^mcpgw[-_ ]?(\d{1,3})$/i.exec(word)?.[1];
  const code = `MCPGW${number?.padStart(3, '0') ?? ''}`;
  return Object.entries(RULE_CODES).find(([each, rule]) => each === code && known.includes(rule))?.[1];
}
