// Tools that ask the host: by requests of the server's own in the revisions up to 2025-11-25 (the SDK sees to that), by
// `input_required` since 2026-07-28.
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  type InputRequest,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from './content.js';
import { DEFAULTS, ENUMS, form, type Form } from './forms.js';

type Answer = CallToolResult | InputRequiredResult;
type Responses = ServerContext['mcpReq']['inputResponses'];

const NAME = form({ name: { type: 'string' } }, ['name']);
const OK = form({ ok: { type: 'boolean' } }, ['ok']);
const COLOR = form({ color: { type: 'string' } }, ['color']);
const USER = form(
  {
    username: { type: 'string', description: "User's response" },
    email: { type: 'string', description: "User's email address" },
  },
  ['username', 'email'],
);

export function addAskingTools(server: McpServer, state: RequestStateCodec<string>): void {
  const add = (name: string, run: (context: ServerContext) => Answer | Promise<Answer>): void => {
    server.registerTool(name, { description: `Asks the host (${name})` }, run);
  };
  /** Asks again until the answer fits. */
  const addNamed = (name: string): void =>
    add(name, ({ mcpReq: { inputResponses } }) => {
      const given = acceptedContent(inputResponses, 'user_name', z.object({ name: z.string() }));
      return given === undefined
        ? ask({ user_name: elicit('What is your name?', NAME) })
        : text(`Hello, ${given.name}!`);
    });
  addNamed('test_input_required_result_elicitation');
  addNamed('test_streaming_elicitation');
  add('test_input_required_result_sampling', ({ mcpReq: { inputResponses } }) => {
    const said = sampled(inputResponses, 'capital_question');
    return said === undefined ? ask({ capital_question: sample('What is the capital of France?', 100) }) : text(said);
  });
  add('test_missing_capability', () => ask({ question: sample('Is anybody there?', 10) }));
  add('test_input_required_result_list_roots', ({ mcpReq: { inputResponses } }) => {
    const given = inputResponse(inputResponses, 'client_roots');
    if (given.kind !== 'roots') return ask({ client_roots: inputRequired.listRoots() });
    return text(given.roots.map(({ uri }) => uri).join(' '));
  });
  add('test_input_required_result_capabilities', ({ mcpReq: { envelope } }) => {
    // What the envelope holds under a key the SDK does not type; it has checked it.
    const declared = (envelope as Readonly<Record<string, unknown>> | undefined)?.[CLIENT_CAPABILITIES_META_KEY];
    const { elicitation, sampling } = (declared ?? {}) as ClientCapabilities;
    return ask({
      ...(elicitation === undefined ? {} : { name: elicit('What is your name?', NAME) }),
      ...(sampling === undefined ? {} : { greeting: sample('Generate a greeting', 50) }),
    });
  });
  for (const name of ['test_input_required_result_request_state', 'test_input_required_result_tampered_state']) {
    add(name, async ({ mcpReq }) => {
      if (mcpReq.requestState<string>() === 'asked') return text('state-ok');
      return ask({ confirm: elicit('Please confirm', OK) }, await state.mint('asked'));
    });
  }
  add('test_input_required_result_multiple_inputs', async ({ mcpReq }) => {
    if (mcpReq.requestState<string>() === 'asked') return text(Object.keys(mcpReq.inputResponses ?? {}).join(' '));
    const requests = {
      user_name: elicit('What is your name?', NAME),
      greeting: sample('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    };
    return ask(requests, await state.mint('asked'));
  });
  add('test_input_required_result_multi_round', async ({ mcpReq }) => {
    switch (mcpReq.requestState<string>()) {
      case undefined:
        return ask({ step1: elicit('Step 1: What is your name?', NAME) }, await state.mint('named'));
      case 'named':
        return ask({ step2: elicit('Step 2: What is your favorite color?', COLOR) }, await state.mint('coloured'));
      default:
        return text('both told');
    }
  });
  addWithWords(server);
}

/** Those of the revisions up to 2025-11-25. */
function addWithWords(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model of the host', inputSchema: z.object({ prompt: z.string() }) },
    ({ prompt }, { mcpReq: { inputResponses } }) => {
      const said = sampled(inputResponses, 'answer');
      return said === undefined ? ask({ answer: sample(prompt, 100) }) : text(`LLM response: ${said}`);
    },
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the person at the host', inputSchema: z.object({ message: z.string() }) },
    ({ message }, { mcpReq: { inputResponses } }) => {
      const given = inputResponse(inputResponses, 'answer');
      if (given.kind !== 'elicit') return ask({ answer: elicit(message, USER) });
      return text(`User response: action=${given.action}, content=${JSON.stringify(given.content ?? {})}`);
    },
  );
  for (const [name, fields] of [
    ['test_elicitation_sep1034_defaults', DEFAULTS],
    ['test_elicitation_sep1330_enums', ENUMS],
  ] as const) {
    server.registerTool(name, { description: 'Asks the person at the host' }, ({ mcpReq: { inputResponses } }) => {
      const given = inputResponse(inputResponses, 'answer');
      if (given.kind !== 'elicit') return ask({ answer: elicit('Please fill this in', fields) });
      return text(`Elicitation completed: action=${given.action}, content=${JSON.stringify(given.content ?? {})}`);
    });
  }
}

function ask(inputRequests: Readonly<Record<string, InputRequest>>, requestState?: string): InputRequiredResult {
  return inputRequired({ inputRequests, ...(requestState === undefined ? {} : { requestState }) });
}

export function elicit(message: string, requestedSchema: Form): InputRequest {
  return inputRequired.elicit({ message, requestedSchema });
}

function sample(words: string, maxTokens: number): InputRequest {
  return inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: words } }],
    maxTokens,
  });
}

/** What the model has said. */
function sampled(responses: Responses, key: string): string | undefined {
  const given = inputResponse(responses, key);
  if (given.kind !== 'sampling') return undefined;
  const { content } = given.result;
  return !Array.isArray(content) && content.type === 'text' ? content.text : JSON.stringify(content);
}
