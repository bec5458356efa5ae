// Prompts: plain, with arguments, with a resource, with a picture, and one that asks first.
import { acceptedContent, completable, inputRequired, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { elicit } from './asking-tools.js';
import { PIXEL } from './content.js';
import { form } from './forms.js';

const said = (text: string): { role: 'user'; content: { type: 'text'; text: string } } => ({
  role: 'user',
  content: { type: 'text', text },
});

export function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Plain' }, () => ({
    messages: [said('This is a simple prompt for testing.')],
  }));
  const argsSchema = z.object({
    arg1: completable(z.string(), (begun) => ['paris', 'park', 'party'].filter((word) => word.startsWith(begun))),
    arg2: z.string(),
  });
  server.registerPrompt('test_prompt_with_arguments', { description: 'With arguments', argsSchema }, (args) => ({
    messages: [said(`Prompt with arguments: arg1='${args.arg1}', arg2='${args.arg2}'`)],
  }));
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'resource',
            resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
          },
        },
        said('Please process the embedded resource above.'),
      ],
    }),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'With a picture' }, () => ({
    messages: [
      { role: 'user', content: { type: 'image', data: PIXEL, mimeType: 'image/png' } },
      said('Please analyze the image above.'),
    ],
  }));
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks first' }, (context) => {
    const given = acceptedContent(context.mcpReq.inputResponses, 'user_context', z.object({ context: z.string() }));
    if (given !== undefined) return { messages: [said(`In this context: ${given.context}`)] };
    const fields = form({ context: { type: 'string' } }, ['context']);
    return inputRequired({ inputRequests: { user_context: elicit('What context should the prompt use?', fields) } });
  });
}
