// The arrows of the architecture, held by a test: who may import whom, no cycles, no rooms without a name of their
// own, and the outside world only through host.ts and main.ts.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
  .toSorted();

/** What each part may import, beside itself and the base. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'gateway', 'oauth', 'token', 'store', 'config', 'policy', 'host', 'version'],
  cli: ['gateway', 'oauth', 'token', 'store', 'config', 'policy', 'net', 'version'],
  gateway: ['policy', 'net'],
  oauth: ['store', 'net', 'policy'],
  token: ['net', 'policy'],
  config: ['policy', 'net'],
  policy: [],
  store: [],
  net: [],
  // The base, which all may import; within itself it may, too.
  errors: [],
  log: [],
  diagnostics: [],
  secret: [],
  host: [],
  version: [],
};
/** `host` is base as a type alone; only main may build one. */
const BASE = new Set(['errors', 'log', 'diagnostics', 'secret']);

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function partOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.ts$/, '');
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const statements = text.matchAll(
    /(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\(\s*'([^']+)'\s*\)/g,
  );
  return [...statements].flatMap(([, typeOnly, fixed, dynamic]) => {
    const specifier = fixed ?? dynamic ?? '';
    if (!specifier.startsWith('.')) return [];
    const to = path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts');
    return [{ from: file, to, typeOnly: typeOnly !== undefined }];
  });
}

const imports = sources.flatMap(importsOf);

describe('the architecture', () => {
  it('has every source file in a part that the arrows know', () => {
    expect(sources.filter((file) => !Object.hasOwn(ARROWS, partOf(file)))).toEqual([]);
    expect(sources.length).toBeGreaterThan(50);
  });

  it('has no import against the arrows', () => {
    const wrong = imports.filter(({ from, to, typeOnly }) => {
      const [source, target] = [partOf(from), partOf(to)];
      if (source === target || BASE.has(target) || (target === 'host' && typeOnly)) return false;
      return !(ARROWS[source] ?? []).includes(target);
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('has no cycle of imports', () => {
    const graph = new Map<string, readonly string[]>();
    for (const file of sources)
      graph.set(
        file,
        importsOf(file)
          .filter(({ typeOnly }) => !typeOnly)
          .map(({ to }) => to),
      );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      else if (!done.has(file)) {
        for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
        done.add(file);
      }
    };
    for (const file of sources) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('resolves every relative import to a file', () => {
    const known = new Set(sources);
    expect(imports.filter(({ to }) => !known.has(to)).map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('has no room without a name of its own', () => {
    const banned = /^(utils?|helpers?|common|shared|misc|types|index)$|(service|manager)$/i;
    const names = sources.flatMap((file) =>
      file
        .replace(/\.d?\.?ts$/, '')
        .split('/')
        .slice(1),
    );
    expect(names.filter((name) => banned.test(name))).toEqual([]);
  });

  it('keeps files short enough to read', () => {
    const long = sources.filter((file) => readFileSync(path.join(root, file), 'utf8').split('\n').length > 400);
    expect(long).toEqual([]);
  });

  it('touches the outside world only in host.ts, host/ and main.ts', () => {
    const world =
      /\bprocess\.(?!versions\b)|\bDate\.now\(|(?<![.#\w])fetch\(|\bnew Date\(\)|\bMath\.random\(|from 'node:(fs|child_process|os)/;
    const offenders = sources
      .filter((file) => partOf(file) !== 'host' && partOf(file) !== 'main')
      .filter((file) => {
        const code = readFileSync(path.join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        return world.test(code);
      });
    expect(offenders).toEqual([]);
  });

  it('keeps policy free of everything but values', () => {
    const impure = sources.filter((file) => {
      if (partOf(file) !== 'policy') return false;
      return /\basync\b|\bawait\b|\bPromise\b|setTimeout|from 'node:/.test(readFileSync(path.join(root, file), 'utf8'));
    });
    expect(impure).toEqual([]);
  });
});

describe('the package', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<
      Record<
        string,
        { readonly engines?: { readonly node?: string }; readonly resolved?: string; readonly dev?: boolean }
      >
    >;
  };

  it('has no dependency whose engines refuse Node 20', () => {
    const direct = Object.keys({ ...manifest.optionalDependencies, ...manifest.devDependencies });
    const unknown = direct.filter((name) => lock.packages[`node_modules/${name}`] === undefined);
    expect(unknown).toEqual([]);
    const refusing = Object.entries(lock.packages).filter(([name, { engines, dev }]) => {
      const isOurs = direct.includes(name.replace(/^node_modules\//, '')) || dev !== true;
      return isOurs && !acceptsNode(engines?.node, [20, 20, 0]);
    });
    expect(refusing.map(([name, { engines }]) => `${name}: ${engines?.node}`)).toEqual([]);
  });

  it('names no download address in its lock file', () => {
    expect(Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});

type Version = readonly [number, number, number];

/** Node's `engines` ranges as packages write them: `>=`, `^`, `~`, a bare major, joined by spaces and `||`. */
function acceptsNode(range: string | undefined, version: Version): boolean {
  if (range === undefined || range.trim() === '' || range.trim() === '*') return true;
  return range.split('||').some((set) => {
    const parts = set
      .replace(/(>=|<=|>|<|\^|~)\s+/g, '$1')
      .trim()
      .split(/\s+/);
    return parts.every((part) => acceptsPart(part, version));
  });
}

function acceptsPart(part: string, version: Version): boolean {
  const match = /^(>=|<=|>|<|\^|~|=|v)?v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?(?:-.*)?$/.exec(part);
  if (match === null) throw new Error(`an engines range that this test does not understand: ${part}`);
  const [, operator = '', major = '0', minor, patch] = match;
  const number = (text: string | undefined): number => (text === undefined || !/^\d+$/.test(text) ? 0 : Number(text));
  const wanted: Version = [Number(major), number(minor), number(patch)];
  const order = version[0] - wanted[0] || version[1] - wanted[1] || version[2] - wanted[2];
  switch (operator) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
    case '^':
      return order >= 0 && version[0] === wanted[0];
    case '~':
      return order >= 0 && version[0] === wanted[0] && (minor === undefined || version[1] === wanted[1]);
    default:
      return version[0] === wanted[0] && (minor === undefined || order === 0);
  }
}
