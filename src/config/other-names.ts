// Names that other programs have for what a key or a value here means. Loaded only when there is an error to explain.
import { RULE_CODES } from '../diagnostics/codes.js';

/** By the name without case and separators: what MCP clients write for a transport. */
const VALUES: Readonly<Record<string, string>> = { streamablehttp: 'http', streamable: 'http' };

/** Keys, by the same: none of them resembles what it means more than anything else. */
const KEYS: Readonly<Record<string, string>> = {
  cacert: 'ca',
  cafile: 'ca',
  cabundle: 'ca',
  clientassertionkeyid: 'client_assertion_kid',
};

/** What other programs have a key for, and mcpgw a rule on a claim. */
const CLAIMS: Readonly<Record<string, string>> = {
  issuer: 'iss',
  iss: 'iss',
  audience: 'aud',
  audiences: 'aud',
  aud: 'aud',
};

/** The value that is called this elsewhere, when it is one of those allowed. */
export function valueKnownAs(word: string, allowed: readonly string[]): string | undefined {
  return knownAs(word, { names: VALUES, allowed });
}

/** The key that is called this elsewhere, when it is one of those known. */
export function keyKnownAs(word: string, known: readonly string[]): string | undefined {
  return knownAs(word, { names: KEYS, allowed: known });
}

/** The claim that is meant by a key beside `claimValues`. */
export function claimKnownAs(word: string, known: readonly string[]): string | undefined {
  return known.includes('claimValues') ? nameIn(CLAIMS, word) : undefined;
}

/** The rule that a diagnostic's code stands for, when it is one of the known keys. */
export function ruleOfCode(word: string, known: readonly string[]): string | undefined {
  const number = /^mcpgw[-_ ]?(\d{1,3})$/i.exec(word)?.[1];
  const code = `MCPGW${number?.padStart(3, '0') ?? ''}`;
  return Object.entries(RULE_CODES).find(([each, rule]) => each === code && known.includes(rule))?.[1];
}

interface Candidates {
  readonly names: Readonly<Record<string, string>>;
  readonly allowed: readonly string[];
}

function knownAs(word: string, { names, allowed }: Candidates): string | undefined {
  const meant = nameIn(names, word);
  return meant !== undefined && allowed.includes(meant) ? meant : undefined;
}

function nameIn(names: Readonly<Record<string, string>>, word: string): string | undefined {
  const plain = word.replace(/[_\-\s]/g, '').toLowerCase();
  return Object.hasOwn(names, plain) ? names[plain] : undefined;
}
