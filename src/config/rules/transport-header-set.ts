// A configured header belongs to the transport.
import type { LintRule } from '../lint/lint-rule.js';
import { memberOf, membersOf } from '../raw-value.js';
import { canonicalName } from '../../policy/headers/header-name.js';
import { isTransportName } from '../../policy/headers/protected.js';

export const transportHeaderSet: LintRule = {
  name: 'transport-header-set',
  code: 'MCPGW019',
  severity: 'warning',
  meaning: 'a configured header belongs to the transport',
  why: 'The MCP transport sets these headers itself, so the entry has no effect.',
  help: 'take the entry out',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      for (const key of ['headers', 'passthrough_headers', 'client_headers']) {
        for (const [name] of membersOf(memberOf(value, key))) {
          if (!isTransportName(canonicalName(name))) continue;
          yield { path: [...path, key, name], part: 'key', message: 'the transport sets this header itself' };
        }
      }
    }
  },
};
