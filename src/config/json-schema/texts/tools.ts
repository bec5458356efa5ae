// `tools`, `tool_authorization`, `header_command`, `tls` (spec: config, "Server entry").
import type { headerCommand, tls, toolRule, tools } from '../../schema/server.js';
import type { TextsOf } from '../key-text.js';

export const toolsTexts: TextsOf<typeof tools> = {
  allowed: {
    means: 'Only these tools are listed and callable. Names are those of the upstream; `*` stands for any text.',
    otherwise: 'every tool.',
    examples: [['search', 'read_*']],
  },
  blocked: {
    means: 'These tools are neither listed nor callable, whatever `allowed` says. `*` stands for any text.',
    otherwise: 'none.',
    examples: [['delete_*']],
  },
};

export const toolRuleTexts: TextsOf<typeof toolRule> = {
  required_claims: {
    means: "What the claims of the caller's token must say: a rule by claim. All must hold.",
    examples: [{ groups: { values: ['operations'], matchType: 'contains' } }],
  },
};

export const headerCommandTexts: TextsOf<typeof headerCommand> = {
  command: {
    means:
      'The program and its arguments, run without a shell. It prints one JSON object of header names and values to stdout.',
    examples: [['/usr/local/bin/mcp-headers', '--json']],
  },
  ttl_seconds: { means: 'For how many seconds the headers are used before the program runs again.', examples: [300] },
  timeout_ms: { means: 'How many milliseconds the program may take.', examples: [5000] },
};

export const tlsTexts: TextsOf<typeof tls> = {
  ca: {
    means: 'A PEM file of certificate authorities to trust for this upstream.',
    examples: ['/etc/ssl/company-ca.pem'],
  },
  cert: { means: 'A PEM file of the client certificate.', examples: ['client.pem'] },
  key: { means: "A PEM file of the client certificate's private key.", examples: ['client-key.pem'] },
};
