// The published JSON Schema as a judge of documents. Where the file is missing there is no judge, but never in CI.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** What the schema has against a document; empty when it accepts it. */
export type SchemaValidator = (document: unknown) => readonly string[];

/** @throws Error when the schema is missing and `CI` is set */
export function schemaValidator(): SchemaValidator | undefined {
  const file = path.resolve('schema/mcpgw.schema.json');
  if (!existsSync(file)) {
    if (process.env['CI'] !== undefined) throw new Error(`${file} is missing`);
    return undefined;
  }
  const ajv = new Ajv2020({ allErrors: true, strict: false, ownProperties: true });
  formats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? 'refused'}`);
}
