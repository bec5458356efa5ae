// A table for a terminal: columns as wide as they need to be, and where that is too much, the widest one broken into
// lines. Nothing is cut off.

/** A column that is broken into lines keeps this width at least. */
const NARROWEST = 16;
const GAP = '  ';

/** Rows of cells of one line each, indented; `width` is that of the terminal. */
export function tableOf(rows: readonly (readonly string[])[], width: number): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const natural = Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const total = natural.reduce((sum, each) => sum + each + GAP.length, 0);
  const widest = natural.indexOf(Math.max(...natural));
  const widths = natural.map((each, at) =>
    at === widest ? Math.max(Math.min(each, NARROWEST), each - Math.max(0, total - width)) : each,
  );
  return rows.flatMap((row) => {
    const cells = widths.map((each, at) => pieces(row[at] ?? '', each));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      `${GAP}${cells.map((lines, at) => (lines[line] ?? '').padEnd(widths[at] ?? 0)).join(GAP)}`.trimEnd(),
    );
  });
}

function pieces(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text];
  return Array.from({ length: Math.ceil(text.length / width) }, (_, at) => text.slice(at * width, (at + 1) * width));
}
