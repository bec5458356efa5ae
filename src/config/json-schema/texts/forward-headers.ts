// `forward_headers` (spec: headers).
import type { forwardMode, rename } from '../../schema/headers.js';
import type { TextsOf } from '../key-text.js';

export const forwardModeTexts: TextsOf<typeof forwardMode> = {
  mode: {
    means: 'Whether `headers` lists what goes on, or what does not.',
    values: {
      allowlist: 'Only the listed headers go on.',
      'all-except': 'Every header goes on but the listed ones. Protected headers and `Authorization` never do.',
    },
  },
  headers: {
    means: 'Header names, in any case. An object renames: in an allowlist and in `all-except` alike.',
    examples: [['x-request-id', { from: 'x-tenant-id', to: 'X-Organization-Id' }]],
  },
};

export const renameTexts: TextsOf<typeof rename> = {
  from: {
    means: "The header's name as the client sends it. It is not sent on under this name.",
    examples: ['x-tenant-id'],
  },
  to: { means: 'The name that the upstream gets, spelt as it is here.', examples: ['X-Organization-Id'] },
};
