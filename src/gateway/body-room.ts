// How much of the JSON answers of one upstream is in memory before they are whole: an answer in one body cannot be handed
// on in pieces, and many at once would be as large as the server likes. Beyond the limit one body is read at a time; the
// others wait in their sockets. Event streams need no room, since their messages go on as they come.

export interface BodyRoom {
  /** For a body that is about to be read. */
  readonly enter: () => BodyPlace;
}

export interface BodyPlace {
  /** Told of each piece. A promise: read no more until it resolves. */
  readonly grow: (bytes: number) => Promise<void> | undefined;
  /** The body has been handed on, or is of no use any more. Any number of times. */
  readonly leave: () => void;
}

interface Waiting {
  readonly place: object;
  readonly goOn: () => void;
}

/** A body of which nothing comes for so long lets another one be read in its place. */
const STALLED_MS = 1_000;

export function createBodyRoom(limitBytes: number): BodyRoom {
  let used = 0;
  /** Beyond the limit, the one that is read. */
  let favoured: object | undefined;
  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;

  const letNextGoOn = (): void => {
    const next = waiting.shift();
    favoured = next?.place;
    next?.goOn();
    watch();
  };
  /** Whoever waits does not wait for a body that does not come. */
  const watch = (): void => {
    clearTimeout(timer);
    if (waiting.length > 0) timer = setTimeout(letNextGoOn, STALLED_MS);
  };

  const enter = (): BodyPlace => {
    const place = {};
    let own = 0;
    return {
      grow: (bytes) => {
        own += bytes;
        used += bytes;
        if (used > limitBytes) favoured ??= place;
        if (used <= limitBytes || favoured === place) {
          if (favoured === place) watch();
          return undefined;
        }
        return new Promise((resolve) => {
          waiting.push({ place, goOn: resolve });
          if (waiting.length === 1) watch();
        });
      },
      leave: () => {
        used -= own;
        own = 0;
        const at = waiting.findIndex((one) => one.place === place);
        if (at !== -1) waiting.splice(at, 1)[0]?.goOn();
        if (favoured === place) letNextGoOn();
        if (used <= limitBytes) for (const { goOn } of waiting.splice(0)) goOn();
      },
    };
  };
  return { enter };
}
