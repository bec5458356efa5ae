// Where editors find the JSON Schema of a configuration: its `$id`, and what `init` writes as `$schema`.

export const SCHEMA_URL = 'https://mcpgw.dev/schema/mcpgw.schema.json';
