// Names of tools with `*` in them (spec: config, "Server entry"): `*` stands for any characters, also none; everything
// else for itself, case and all.

export interface ToolGlob {
  /** As written. */
  readonly source: string;
  /** What stands before the first `*`; the whole name when there is none. */
  readonly head: string;
  /**
   * Whether the glob covers the name. Asked of another glob, whether it covers all that the other does: a `*` of the
   * name is then only ever covered by a `*`.
   */
  readonly covers: (name: string) => boolean;
}

export function toolGlob(glob: string): ToolGlob {
  const [head = '', ...middle] = glob.split('*');
  const tail = middle.pop();
  if (tail === undefined) return { source: glob, head, covers: (name) => name === head };
  return {
    source: glob,
    head,
    covers: (name) => {
      if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
      let from = head.length;
      const end = name.length - tail.length;
      for (const part of middle) {
        const found = name.indexOf(part, from);
        if (found === -1 || found + part.length > end) return false;
        from = found + part.length;
      }
      return true;
    },
  };
}
