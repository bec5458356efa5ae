// The name that was probably meant: the same word in another spelling, a part of it, or a slip of the keys away.

/** The nearest of the names, or undefined when none is near. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  if (word.length > 60) return undefined;
  const plain = plainly(word);
  const same = names.find((name) => plainly(name) === plain);
  if (same !== undefined) return same;
  const limit = plain.length <= 4 ? 1 : plain.length <= 8 ? 2 : 3;
  const ranked = names
    .map((name) => ({ name, distance: editDistance(plain, plainly(name)) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? names.find((name) => plain.length >= 5 && plainly(name).includes(plain));
}

/** As the line of help that follows an error. */
export function suggestion(word: string, names: readonly string[]): string | undefined {
  const name = nearest(word, names);
  return name === undefined ? undefined : `did you mean \`${name}\`?`;
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
