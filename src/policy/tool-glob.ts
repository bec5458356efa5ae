// Names of tools with `*` in them (spec: config, "Server entry"): `*` stands for any characters, also none; everything
// else for itself, case and all.

/**
 * Whether the glob covers the name. Asked of another glob, whether it covers all that the other does: a `*` of the
 * name is then only ever covered by a `*`.
 */
export function coversTool(glob: string, name: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  const tail = rest.pop();
  if (tail === undefined) return name === head;
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
  let from = head.length;
  const end = name.length - tail.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
