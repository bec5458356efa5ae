// Writes what is generated and checked in: the pages of docs/reference/, and schema/mcpgw.schema.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { configFiles } from './config-files.js';
import { referencePages } from './reference.js';

mkdirSync('schema', { recursive: true });
for (const [name, text] of Object.entries(referencePages())) writeFileSync(`docs/reference/${name}`, text);
for (const [file, text] of Object.entries(configFiles())) writeFileSync(file, text);
