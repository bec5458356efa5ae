// Builds dist/: the whole program as one script, whose parts are run when they are needed (docs/decisions/0013), and the
// type declarations. Prints nothing but problems; `--metafile` also writes dist/meta.json for looking at what is in there.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/**
 * undici's pool brings its HTTP/2 client, which loads all of node:http2 and node:tls at start; the pools of this
 * product never offer HTTP/2 (docs/decisions/0003-undici-by-parts.md).
 */
const withoutHttp2 = {
  name: 'without-http2',
  setup(bundle) {
    bundle.onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
      contents: 'module.exports = () => { throw new Error("HTTP/2 is not part of this build"); };',
    }));
  },
};

// Built aside and moved into place, so that a program that starts meanwhile finds the old one or the new one.
const fresh = mkdtempSync(`${root}.dist-`);
const result = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  write: false,
  outfile: 'program.js',
  bundle: true,
  format: 'cjs',
  // Node's own modules are required: an import on demand would start the loader of ES modules.
  supported: { 'dynamic-import': false },
  platform: 'node',
  target: 'node20.18',
  mainFields: ['module', 'main'],
  conditions: ['node', 'import', 'default'],
  // `--readable` for profiles.
  minify: !process.argv.includes('--readable'),
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [withoutHttp2],
  // The only native code: found at run time, and missing without harm.
  external: ['keytar'],
  define: { MCPGW_VERSION: JSON.stringify(version), 'import.meta.url': 'programUrl' },
});
const [output] = result.outputFiles;
// ASCII, as bin/load-program.js reads it: the engine keeps it in half the memory. Only patterns still have other letters.
const text = output.text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const buildId = createHash('sha256').update(output.contents).digest('hex').slice(0, 16);
// A function for bin/load-program.js. Compiled code of another build is told by the comment: the engine compares lengths alone.
const program = `/*${buildId}*/(function(require,programUrl){"use strict";const module={exports:{}},exports=module.exports;${text}return module.exports})`;
writeFileSync(`${fresh}/program.js`, program);
rmSync(`${root}dist`, { recursive: true, force: true });
chmodSync(fresh, 0o755);
renameSync(fresh, `${root}dist`);
writeFileSync(`${root}dist/THIRD-PARTY-LICENSES.txt`, licences(result.metafile));
if (process.argv.includes('--metafile')) writeFileSync(`${root}dist/meta.json`, JSON.stringify(result.metafile));

if (!process.argv.includes('--no-types')) {
  const { status } = spawnSync(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  process.exitCode = status ?? 1;
}

/** The licence texts of all packages that are in the bundle, as their licences ask. */
function licences(metafile) {
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []),
  );
  return [...packages]
    .toSorted()
    .map((name) => {
      const folder = `${root}node_modules/${name}/`;
      const manifest = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
      const text = file === undefined ? `Licence: ${manifest.license}` : readFileSync(folder + file, 'utf8').trim();
      return `${name} ${manifest.version}\n${'-'.repeat(40)}\n${text}\n`;
    })
    .join('\n\n');
}
