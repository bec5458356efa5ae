// `mcpgw schema`: the JSON Schema of a configuration, for editors (spec: cli). Computed, so that it is this version's;
// reads no configuration.
import { configJsonSchema } from '../../config/json-schema/document.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

/** Exit 0. The output is JSON with and without `--json`. */
export async function schema(context: CommandContext): Promise<ExitCode> {
  await context.printJson(configJsonSchema());
  return EXIT.OK;
}
