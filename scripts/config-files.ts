// The generated files about the configuration: its JSON Schema, as `mcpgw schema` prints it, and the page made from that.
// `npm run docs` writes them; a test compares.
import { configPage } from './config-page.js';
import { page } from './reference.js';
import { SCHEMA } from './schema-walk.js';

/** By path from the project's root. */
export function configFiles(): Readonly<Record<string, string>> {
  return {
    'schema/mcpgw.schema.json': `${JSON.stringify(SCHEMA, undefined, 2)}\n`,
    'docs/reference/config.md': page('The configuration', configPage()),
  };
}
