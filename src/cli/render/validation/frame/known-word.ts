// The words of the configuration itself: what may be shown of a document that is not JSON, where nobody can tell keys
// from values.
import { RULE_CODES } from '../../../../diagnostics/codes.js';
import { publicObjects } from './public-place.js';
import { publicKeys } from './public-value.js';

/** Whether the token is a key of the configuration or the name of a rule: in quotes of either kind, or in none. */
export function isKnownWord(token: string): boolean {
  return WORDS.has(wordOf(token));
}

/** The token without its quotes. */
export function wordOf(token: string): string {
  return /^(["']?)([\w$-]+)\1$/.exec(token)?.[2] ?? '';
}

const WORDS: ReadonlySet<string> = new Set([
  ...publicKeys(),
  ...publicObjects(),
  ...Object.values(RULE_CODES),
  'passthrough_headers',
  'client_headers',
  'header_command',
  'command',
  'authorization_params',
  'client_secret',
  'client_assertion_key',
  'introspectClientSecret',
  'identity_signing_key',
  'allow_insecure_http',
  'requireExp',
  'redirect_uris',
  'software_statement',
  'keys',
]);
