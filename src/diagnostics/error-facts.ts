// What people are told of each error code beside its meaning (codes.ts): a name, what would go wrong if it passed, and
// what to do. For the reference pages and for formats that explain each code; nothing decides by it.
import type { ErrorDiagnosticCode } from './codes.js';

export interface ErrorFacts {
  /** In kebab case, as lint rules are named. */
  readonly name: string;
  /** Why it is an error. */
  readonly why: string;
  /** What to do. */
  readonly help: string;
}

export const ERROR_FACTS: Readonly<Record<ErrorDiagnosticCode, ErrorFacts>> = {
  MCPGW100: {
    name: 'not-json',
    why: 'Nothing of a document that cannot be read can be relied upon, so no policy is made from a part of it.',
    help: 'mend the first place that is named; the others often follow from it',
  },
  MCPGW101: {
    name: 'duplicate-key',
    why: 'Readers of JSON disagree on which of the two counts, and a reviewer sees the one and runs the other.',
    help: 'keep one of them',
  },
  MCPGW102: {
    name: 'wrong-type',
    why: 'A value of another type is not understood, and guessing what was meant could open what was to be closed.',
    help: 'write the type that the message names',
  },
  MCPGW103: {
    name: 'unknown-key',
    why: 'A misspelt key would leave its setting switched off without a word.',
    help: 'correct the key; keys that start with `x-` are yours',
  },
  MCPGW104: {
    name: 'missing-key',
    why: 'Without the key the configuration does not say enough to act on.',
    help: 'add the key that the message names',
  },
  MCPGW105: {
    name: 'value-not-allowed',
    why: 'A value that means nothing here would be passed over in silence.',
    help: 'use one of the values that the message names',
  },
  MCPGW106: {
    name: 'bad-url',
    why: 'Tokens and keys travel to this address: it must be one that can be reached, over https or on this machine.',
    help: 'write an https URL without credentials in it',
  },
  MCPGW107: {
    name: 'bad-header',
    why: 'Names and values beyond RFC 9110 are refused by servers, or smuggle a second header in.',
    help: 'letters, digits and hyphens in names; no line breaks in values',
  },
  MCPGW108: {
    name: 'one-validation-method',
    why: 'With none, no token could be judged; with two, it would be unclear which of them decides.',
    help: 'give one of `jwksUri`, `jwks` and `introspectEndpoint`',
  },
  MCPGW109: {
    name: 'bad-pattern',
    why: 'Patterns run on texts that callers choose: an engine that backtracks could be made to stand still.',
    help: 'use RE2 syntax, without lookaround and backreferences',
  },
  MCPGW110: {
    name: 'unusable-claim-rule',
    why: 'No token could satisfy the rule, so every caller would be refused.',
    help: 'give `values` that fit the `matchType`',
  },
  MCPGW111: {
    name: 'bad-duration',
    why: 'A duration that is read wrongly makes tokens live too long, or not at all.',
    help: 'an integer above 0 and s, m, h or d: "30s", "12h"',
  },
  MCPGW112: {
    name: 'bad-algorithm',
    why: 'An unsigned or symmetric algorithm lets whoever knows the public key, or nothing at all, write tokens.',
    help: 'name asymmetric algorithms: RS256, ES256, EdDSA and their kin',
  },
  MCPGW113: {
    name: 'unusable-key',
    why: 'A weak, symmetric or private key does not show who signed a token, and a private one does not belong here.',
    help: 'put public RSA (2048 bits or more), EC or OKP keys here',
  },
  MCPGW114: {
    name: 'contradiction',
    why: 'Two keys that exclude each other leave open which of them counts.',
    help: 'keep what was meant',
  },
  MCPGW115: {
    name: 'unresolved-reference',
    why: 'An empty or half-filled credential would be sent in its place.',
    help: 'set the variable or the file that the message names; `--no-resolve` checks the form alone',
  },
  MCPGW116: {
    name: 'unreadable-file',
    why: 'A configuration that was not read has not been checked.',
    help: 'check the name and the permissions of the file',
  },
  MCPGW117: {
    name: 'untrusted',
    why: 'A configuration that is only found in the working directory belongs to whoever wrote that directory.',
    help: 'name the file with -c to say that you trust it',
  },
  MCPGW118: {
    name: 'out-of-range',
    why: 'The number cannot be used as it stands.',
    help: 'use a number from the range that the message names',
  },
  MCPGW119: {
    name: 'unusable-tls-file',
    why: 'Without it, the upstream would not be reached, or not be known for what it is.',
    help: 'PEM files, with paths that start at the directory of the configuration; `--no-resolve` does not read them',
  },
};
