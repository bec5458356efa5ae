// Tools that answer by themselves.
import { fromJsonSchema, type CallToolResult, type McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { setTimeout as sleep } from 'node:timers/promises';
import { PIXEL, SILENCE, text } from './content.js';
import type { Changes } from './server.js';

/** Between two things that a tool says while it runs, as the suite wants it. */
const STEP_MS = 50;

export function addTools(server: McpServer, changes: Changes): void {
  const add = (
    name: string,
    description: string,
    run: (context: ServerContext) => CallToolResult | Promise<CallToolResult>,
  ): void => {
    server.registerTool(name, { description }, run);
  };
  add('test_simple_text', 'Text', () => text('This is a simple text response for testing.'));
  add('test_image_content', 'A picture', () => ({
    content: [{ type: 'image', data: PIXEL, mimeType: 'image/png' }],
  }));
  add('test_audio_content', 'A sound', () => ({
    content: [{ type: 'audio', data: SILENCE, mimeType: 'audio/wav' }],
  }));
  add('test_embedded_resource', 'A resource in the answer', () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  }));
  add('test_multiple_content_types', 'Several kinds of content', () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: PIXEL, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: JSON.stringify({ test: 'data', value: 123 }),
        },
      },
    ],
  }));
  add('test_error_handling', 'Always fails', () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  add('test_tool_with_logging', 'Logs three times', logged);
  add('test_logging_tool', 'Logs three times', logged);
  add('test_tool_with_progress', 'Reports progress', progressed);
  add('test_trigger_tool_change', 'Says that the list of tools has changed', async () => {
    await changes.toolsChanged();
    return text('said');
  });
  add('test_trigger_prompt_change', 'Says that the list of prompts has changed', async () => {
    await changes.promptsChanged();
    return text('said');
  });
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Tool with JSON Schema 2020-12 features', inputSchema: fromJsonSchema(SCHEMA_2020_12) },
    (args) => text(JSON.stringify(args)),
  );
}

async function logged(context: ServerContext): Promise<ReturnType<typeof text>> {
  await context.mcpReq.log('info', 'Tool execution started');
  await sleep(STEP_MS);
  await context.mcpReq.log('info', 'Tool processing data');
  await sleep(STEP_MS);
  await context.mcpReq.log('info', 'Tool execution completed');
  return text('logged');
}

async function progressed(context: ServerContext): Promise<ReturnType<typeof text>> {
  const { _meta: meta, notify } = context.mcpReq;
  const progressToken = meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    if (progress > 0) await sleep(STEP_MS);
    if (progressToken === undefined) continue;
    await notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
  }
  return text('done');
}

const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema, never awaited
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
} as const;
