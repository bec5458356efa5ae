// Input number so-and-so of a seed: a text, and the world that it is checked in. Reproducible one by one.
import { damagedBytes } from './byte-mutations.js';
import { nearSchemaText } from './near-schema.js';
import { randomOf } from './random.js';
import type { Sources } from './sources.js';
import { stressText } from './stress.js';
import { damagedTokens } from './token-mutations.js';
import { damagedTree } from './tree-mutations.js';

export interface FuzzInput {
  readonly kind: 'bytes' | 'tokens' | 'tree' | 'near-schema' | 'stress';
  readonly text: string;
  readonly trusted: boolean;
  readonly resolveReferences: boolean;
}

export interface InputOptions {
  readonly seed: number;
  readonly index: number;
  readonly sources: Sources;
}

export function inputOf({ seed, index, sources }: InputOptions): FuzzInput {
  const random = randomOf(seed, index);
  const [trusted, resolveReferences] = [!random.once(10), !random.once(10)];
  const text = random.pick(sources.texts);
  const world = { trusted, resolveReferences };
  const choice = random.below(100);
  if (choice < 25)
    return { kind: 'bytes', text: damagedBytes(text, { random, other: random.pick(sources.texts) }), ...world };
  if (choice < 45) return { kind: 'tokens', text: damagedTokens(text, { random, keys: sources.keys }), ...world };
  if (choice < 75)
    return { kind: 'tree', text: damagedTree(random.pick(sources.documents), { random, sources }), ...world };
  if (choice < 97) return { kind: 'near-schema', text: nearSchemaText(random.below(2 ** 31)), ...world };
  return { kind: 'stress', text: stressText(random, text), ...world };
}
