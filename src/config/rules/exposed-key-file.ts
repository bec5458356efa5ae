// Other users of the machine can read the private key of a client certificate.
import { settingOf } from '../document-kinds.js';
import type { LintRule } from '../lint/lint-rule.js';
import { pointerOf } from '../path.js';

export const exposedKeyFile: LintRule = {
  name: 'exposed-key-file',
  code: 'MCPGW033',
  severity: 'warning',
  meaning: 'other users of this machine can read the private key that `tls` names',
  why: 'Every program of every user here can take the key and be this client.',
  help: 'chmod 600 the file',
  *check({ layout, exposedKeys }) {
    for (const server of layout.servers) {
      const tls = settingOf(server, 'tls');
      if (tls === undefined) continue;
      const path = [...tls.path, 'key'];
      if (exposedKeys.has(pointerOf(path))) yield { path, message: 'every user of this machine can read this key' };
    }
  },
};
