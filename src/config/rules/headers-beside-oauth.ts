// Headers stands beside an auth_type that logs in by OAuth.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf } from '../document-kinds.js';
import { membersOf } from '../raw-value.js';

export const headersBesideOauth: LintRule = {
  name: 'headers-beside-oauth',
  code: 'MCPGW023',
  severity: 'warning',
  meaning: 'headers beside an auth_type of OAuth',
  why: 'Two things say how to authenticate to the upstream, and it receives both.',
  help: 'keep one of them: headers that are no credentials belong into `passthrough_headers`',
  *check({ layout }) {
    for (const server of layout.servers) {
      const authType = settingOf(server, 'auth_type')?.value;
      const headers = settingOf(server, 'headers');
      if (authType !== 'oauth_auto' && authType !== 'oauth_client_credentials') continue;
      if (headers === undefined || membersOf(headers.value).length === 0) continue;
      yield {
        path: headers.path,
        part: 'key',
        message: '`headers` stands beside an `auth_type` that logs in by OAuth',
      };
    }
  },
};
