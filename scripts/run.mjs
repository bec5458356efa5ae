// Runs a TypeScript file of this project on any supported Node: `node scripts/run.mjs <file.ts> [words…]`.
// Bundles it (packages stay outside) next to itself for the time of the run.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const [, , entry, ...words] = process.argv;
// Inside the project, so that the packages are found; by pid, so that two runs do not meet.
const outdir = path.join(root, 'node_modules', '.mcpgw-run', String(process.pid));
const outfile = path.join(outdir, 'entry.mjs');
mkdirSync(outdir, { recursive: true });
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
await build({
  entryPoints: [path.resolve(entry)],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.18',
  sourcemap: 'inline',
  logLevel: 'warning',
  define: { MCPGW_VERSION: JSON.stringify(version) },
});
process.argv = [process.argv[0], path.resolve(entry), ...words];
await import(pathToFileURL(outfile).href);
