// Other users of the machine can read a file that holds a credential.
import { literalCredentials } from '../lint/literal-credentials.js';
import type { LintRule } from '../lint/lint-rule.js';

export const exposedConfigFile: LintRule = {
  name: 'exposed-config-file',
  code: 'MCPGW026',
  severity: 'warning',
  meaning: 'other users of this machine can read the file, and a credential stands in it',
  why: 'Every program of every user here can take the credential and use it.',
  help: 'chmod 600 the file, and use a secret reference: "${NAME}"',
  *check(subject) {
    if (!subject.readableByOthers) return;
    for (const { path } of literalCredentials(subject)) {
      yield { path, message: 'every user of this machine can read this credential' };
      return;
    }
  },
};
