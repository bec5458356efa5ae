// An SDK server that has all that the conformance suite's server scenarios ask for: the names of tools, resources and
// prompts, and what they answer, are the suite's own (`conformance list --server`, and each scenario's description).
import { createRequestStateCodec, McpServer } from '@modelcontextprotocol/server';
import { addAskingTools } from './asking-tools.js';
import { addPrompts } from './prompts.js';
import { addResources } from './resources.js';
import { addTools } from './tools.js';

/** What a tool may set off at the server as a whole. */
export interface Changes {
  readonly toolsChanged: () => Promise<void>;
  readonly promptsChanged: () => Promise<void>;
}

const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

/** Of the process: one round of a question is answered by another instance than the one before it. */
const state = createRequestStateCodec<string>({ key: 'of the conformance tests, and long enough for HMAC' });

export function buildEverything(changes: Changes): McpServer {
  const server = new McpServer(
    { name: 'everything', version: '1.0.0' },
    { capabilities: CAPABILITIES, requestState: { verify: (text, context) => state.verify(text, context) } },
  );
  addTools(server, changes);
  addAskingTools(server, state);
  addResources(server);
  addPrompts(server);
  return server;
}
