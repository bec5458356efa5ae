// Texts of SARIF messages (SARIF 2.1.0 section 3.11): on one line, and nothing of the configuration is taken for a link.
import { visibleText } from '../../../../../diagnostics/visible-text.js';

/** `[text](target)` is a link in a SARIF message, unless its first bracket is escaped. */
export function sarifText(text: string): string {
  const parts = visibleText(text).split(']');
  return parts
    .map((part, index) => (parts[index + 1]?.startsWith('(') === true ? part.replaceAll('[', '\\[') : part))
    .join(']');
}
