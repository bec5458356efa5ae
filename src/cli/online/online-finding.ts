// A finding of `validate --online` before it has a line and a column: severity and help are those of its code, unless a
// check knows better. Messages name an origin at most, and nothing else that came from a network.
import type { LintFinding } from '../../config/lint.js';
import type { Path } from '../../config/path.js';
import type { OnlineCode } from '../../diagnostics/codes.js';
import type { Severity } from '../../diagnostics/diagnostic.js';
import { ONLINE_FACTS } from './online-facts.js';

export interface OnlineMatch {
  readonly path: Path;
  /** One sentence. Never quotes a configured value but a URL's origin. */
  readonly message: string;
  readonly severity?: Severity | undefined;
  readonly help?: string | undefined;
}

export interface UnaskedAddress {
  readonly path: Path;
  /** How a sentence calls the address that a document names. */
  readonly name: string;
  readonly why: string;
}

export function onlineFinding(code: OnlineCode, { path, message, severity, help }: OnlineMatch): LintFinding {
  const facts = ONLINE_FACTS[code];
  return { code, path, part: 'value', message, severity: severity ?? facts.severity, help: help ?? facts.help };
}

/** Not asked, which is no verdict: split DNS and private networks work, and a login follows such an address. */
export function notAsked({ path, name, why }: UnaskedAddress): LintFinding {
  const help = 'nothing, when you know the address and this machine reaches it: mcpgw itself uses it';
  return onlineFinding('MCPGW202', { path, message: `${name} was not asked: ${why}`, help });
}
