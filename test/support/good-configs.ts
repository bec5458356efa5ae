// Valid configurations for tests that change one thing in each: the examples that people paste, and documents that use
// every key there is.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface GoodConfig {
  readonly name: string;
  readonly text: string;
}

export function goodConfigs(): readonly GoodConfig[] {
  return ['seeds', 'configs'].flatMap((folder) => {
    const directory = path.resolve('test/fixtures', folder);
    return readdirSync(directory).map((name) => ({ name, text: readFileSync(path.join(directory, name), 'utf8') }));
  });
}
