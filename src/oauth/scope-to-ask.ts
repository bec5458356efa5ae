// Which scope a login asks for (spec: login, `scope`).

/** The wanted scope, with `offline_access` where the server lists it. */
export function scopeToAsk(wanted: string | undefined, supported: readonly string[] | undefined): string {
  return unionOfScopes(wanted, supported?.includes('offline_access') === true ? 'offline_access' : undefined);
}

/** Each word once, in the order in which they come. */
export function unionOfScopes(...scopes: readonly (string | undefined)[]): string {
  return [...new Set(scopes.flatMap((scope) => scope?.split(' ') ?? []).filter((word) => word !== ''))].join(' ');
}
