// The name that was probably meant: the same word in another spelling, a part of it, or a slip of the keys away.

/** Nobody means a key by more. */
const LONGEST_WORD = 60;

/** The nearest of the names, or one that holds the word; undefined when none is near. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const close = closest(word, names);
  const plain = plainly(word);
  if (close !== undefined || plain.length < 5 || word.length > LONGEST_WORD) return close;
  return shortest(names.filter((name) => plainly(name).includes(plain)));
}

/** The name that differs from the word in spelling, or by a slip of the keys. */
export function closest(word: string, names: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const plain = plainly(word);
  const same = names.find((name) => plainly(name) === plain);
  if (same !== undefined) return same;
  const limit = plain.length <= 4 ? 1 : plain.length <= 8 ? 2 : 3;
  const ranked = names
    .map((name) => ({ name, plainName: plainly(name) }))
    .filter(({ plainName }) => Math.abs(plainName.length - plain.length) <= limit)
    .map(({ name, plainName }) => ({ name, distance: editDistance(plain, plainName) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.name;
}

export type NearestKey = (word: string, keys: readonly string[]) => string | undefined;

/** A search for a document in which one mistake may stand a thousand times; a list of keys is known by identity. */
export function rememberedNearestKey(search: NearestKey = nearestKey): NearestKey {
  const answers = new Map<readonly string[], Map<string, string | undefined>>();
  return (word, keys) => {
    const known = answers.get(keys) ?? new Map<string, string | undefined>();
    answers.set(keys, known);
    if (!known.has(word)) known.set(word, search(word, keys));
    return known.get(word);
  };
}

/** The key that was probably meant: the nearest, else the one that says the same in more or longer words. */
export function nearestKey(word: string, keys: readonly string[]): string | undefined {
  const near = nearest(word, keys);
  if (near !== undefined || word.length > LONGEST_WORD) return near;
  const given = wordsOf(word);
  if (given.length === 0) return undefined;
  const wordier = keys.filter((key) => {
    const words = wordsOf(key);
    return given.length <= words.length && given.every((part) => words.some((other) => isSameStem(part, other)));
  });
  return shortest(wordier);
}

function shortest(names: readonly string[]): string | undefined {
  return names.toSorted((a, b) => a.length - b.length)[0];
}

function wordsOf(name: string): readonly string[] {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.filter((word) => word !== '');
}

/** `alg` and `algorithm`, `params` and `parameters`. */
function isSameStem(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let common = 0;
  while (common < short.length && short[common] === long[common]) common += 1;
  return (common >= 3 && common === short.length) || (common >= 4 && common >= long.length * 0.4);
}

/** camelCase, snake_case and kebab-case of one word are the same. */
function plainly(word: string): string {
  return word.replace(/[_\-\s]/g, '').toLowerCase();
}

/** Damerau-Levenshtein, optimal string alignment: a swap of two neighbours is one slip. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + cost,
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
