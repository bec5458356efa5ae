// Writes the generated pages of docs/reference/.
import { writeFileSync } from 'node:fs';
import { referencePages } from './reference.js';

for (const [name, text] of Object.entries(referencePages())) writeFileSync(`docs/reference/${name}`, text);
