// Which scope a login asks for (spec: login, `scope`).

/** The configured scope, with `offline_access` where the server lists it. */
export function scopeToAsk(configured: string, supported: readonly string[] | undefined): string {
  const scopes = new Set(configured.split(' ').filter((scope) => scope !== ''));
  if (supported?.includes('offline_access') === true) scopes.add('offline_access');
  return [...scopes].join(' ');
}
