// User_identity_forwarding sends claims to an upstream over plain http.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf } from '../document-kinds.js';
import { memberOf } from '../raw-value.js';
import { isInsecure } from '../schema/url.js';

export const claimsOverHttp: LintRule = {
  name: 'claims-over-http',
  code: 'MCPGW022',
  severity: 'warning',
  meaning: 'claims_header over plain http beyond this machine',
  why: 'The claims are not signed: whoever is on the way can read them, and be anyone by changing them.',
  help: 'use https for this upstream',
  *check({ layout }) {
    for (const server of layout.servers) {
      const url = settingOf(server, 'url')?.value;
      const identity = settingOf(server, 'user_identity_forwarding');
      if (typeof url !== 'string' || !isInsecure(url) || memberOf(identity?.value, 'method') !== 'claims_header')
        continue;
      yield {
        path: [...server.own.path, 'url'],
        message: 'the claims of the caller travel over plain http, where anyone can change them',
      };
    }
  },
};
