// The SARIF 2.1.0 schema as a check: what is wrong with a log, as ajv says it; nothing for a valid one. The schema is
// of draft 4, whose `id` ajv knows by its later name; it uses nothing else that changed since.
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';

const FILE = new URL('../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json', import.meta.url);

interface Draft4 {
  readonly id: string;
  readonly $schema: string;
}

export function sarifProblems(log: unknown): readonly string[] {
  const { id, $schema: _draft4, ...schema } = JSON.parse(readFileSync(FILE, 'utf8')) as Draft4;
  // One of the schema's patterns is no regular expression of Unicode mode.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile({ ...schema, $id: id });
  validate(log);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
