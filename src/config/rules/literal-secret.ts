// A credential stands in the file in clear.
import type { LintRule } from '../lint/lint-rule.js';
import { literalCredentials } from '../lint/literal-credentials.js';

export const literalSecret: LintRule = {
  name: 'literal-secret',
  code: 'MCPGW009',
  severity: 'warning',
  meaning: 'a credential stands in the file in clear',
  why: 'Configuration files are copied, shared and committed, and the secret with them.',
  help: 'use a secret reference: "${NAME}", or "${file:/run/secrets/name}"',
  *check(subject) {
    for (const { path, isDefault } of literalCredentials(subject)) {
      const what = isDefault ? 'the default of this reference is a credential, which' : 'this credential';
      yield { path, message: `${what} stands in the file in clear` };
    }
  },
};
