// Oauth_metadata stands inside oauth_metadata.
import type { LintRule } from '../lint/lint-rule.js';
import { hasMember, memberOf } from '../raw-value.js';

export const oauthMetadataWrapped: LintRule = {
  name: 'oauth-metadata-wrapped',
  code: 'MCPGW016',
  severity: 'warning',
  meaning: 'oauth_metadata stands inside oauth_metadata',
  why: 'A known trap of the original: the inner object is ignored.',
  help: 'move its members one level up',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      if (!hasMember(memberOf(value, 'oauth_metadata'), 'oauth_metadata')) continue;
      yield {
        path: [...path, 'oauth_metadata', 'oauth_metadata'],
        part: 'key',
        message: 'the inner `oauth_metadata` is ignored',
      };
    }
  },
};
