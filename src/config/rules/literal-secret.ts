// A credential stands in the file in clear.
import type { LintRule } from '../lint/lint-rule.js';
import { looksLikePlaceholder } from '../lint/placeholder.js';
import { textsBelow } from '../lint/texts-below.js';
import { holdsCredential } from '../../secret/sensitive-key.js';

export const literalSecret: LintRule = {
  name: 'literal-secret',
  code: 'MCPGW009',
  severity: 'warning',
  meaning: 'a credential stands in the file in clear',
  why: 'Configuration files are copied, shared and committed, and the secret with them.',
  help: 'use a secret reference: "${NAME}", or "${file:/run/secrets/name}"',
  *check({ layout, isReference }) {
    for (const { text, path, isPattern } of textsBelow(layout.top)) {
      if (isPattern || text === '' || isReference(path) || looksLikePlaceholder(text)) continue;
      if (holdsCredential(path, text)) yield { path, message: 'this credential stands in the file in clear' };
    }
  },
};
