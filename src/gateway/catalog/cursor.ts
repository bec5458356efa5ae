// The cursor of a list of several servers: where each of those that have more goes on (MCP, "Pagination": opaque to hosts).

export function cursorOf(cursors: readonly (readonly [tag: string, cursor: string])[]): string {
  return Buffer.from(JSON.stringify(cursors)).toString('base64url');
}

/** Each server's own, by its tag; `first` for the first page; undefined for a cursor that is none of this endpoint. */
export function cursorsIn(cursor: unknown): 'first' | ReadonlyMap<string, string> | undefined {
  if (cursor === undefined || cursor === null) return 'first';
  if (typeof cursor !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.every(isCursor) ? new Map(value) : undefined;
  } catch {
    return undefined;
  }
}

function isCursor(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
