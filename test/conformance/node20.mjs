// The suite imports `globSync` of node:fs, which Node 20 does not have; only a command that is not used here calls it.
import { register } from 'node:module';

const hook = `export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/conformance/dist/index.js')) return loaded;
  return { ...loaded, source: String(loaded.source).replace('globSync as a,', '') };
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
