// How many requests are under way at one upstream at a time: more wait their turn, so that no flood of calls takes
// every file descriptor of the process. Cancels, answers of the host and standing streams take no slot.

export interface Slots {
  /** Runs the work when it is its turn. */
  readonly use: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    use: async (work) => {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}
