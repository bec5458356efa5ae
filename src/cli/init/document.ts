// The whole document: a gateway config with one server under the policy that a starter's answers lead to.
import { SCHEMA_URL } from '../../config/schema-url.js';
import { commentLines, jsoncText, type Member } from './jsonc.js';
import type { Answers, Starter } from './starter.js';

export interface DocumentFacts {
  readonly starter: Starter;
  readonly answers: Answers;
  /** The key in `mcpServers`. */
  readonly serverName: string;
}

export function starterDocument({ starter, answers, serverName }: DocumentFacts): string {
  const head = [
    ...commentLines(
      `A starter for ${starter.label}: who may use the server below, and what the server learns of them. \`mcpgw validate\` checks it.`,
    ),
    '//',
    ...commentLines('What has to be there before the first `mcpgw login`:'),
    ...starter.setup.flatMap((step) => commentLines(step, { bullet: '- ' })),
  ];
  const server: Member = {
    key: serverName,
    value: { members: [...serverSettings(answers('upstream')), ...starter.settings(answers)], isSpaced: true },
  };
  const text = jsoncText({
    members: [
      { key: '$schema', value: SCHEMA_URL, comment: 'Editors complete and check the file with it.' },
      { key: 'mcpServers', value: { members: [server] } },
    ],
    isSpaced: true,
  });
  return `${head.join('\n')}\n${text}`;
}

function serverSettings(upstream: string): readonly Member[] {
  return [
    { key: 'url', value: upstream, comment: 'The remote MCP server.' },
    {
      key: 'headers',
      value: { members: [{ key: 'Authorization', value: 'Bearer ${UPSTREAM_TOKEN}' }] },
      comment:
        'What mcpgw itself shows to that server, when it asks for something: from the environment, never in this file.',
      isOff: true,
    },
    {
      key: 'forward_headers',
      value: ['X-Request-Id'],
      comment: "Which of the client's own headers go on. No other does.",
    },
  ];
}
