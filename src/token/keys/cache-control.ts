// How long a server lets its answer be used (RFC 9111 section 5.2.2), for a cache that has a limit of its own.

/**
 * An answer that must not be stored is still used this long: keys are asked for on every request, and some IdPs send
 * `no-cache` with every answer (Keycloak does).
 */
const SHORTEST_SECONDS = 30;

/** Seconds; Infinity when the header sets no limit. Directives that cannot be read set none. */
export function freshnessSeconds(cacheControl: string | null): number {
  const directives = (cacheControl ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.some((directive) => /^no-(?:store|cache)(?:=|$)/.test(directive))) return SHORTEST_SECONDS;
  const ages = directives.flatMap((directive) => {
    const seconds = /^max-age="?(\d+)"?$/.exec(directive)?.[1];
    return seconds === undefined ? [] : [Number(seconds)];
  });
  const age = Math.min(...ages, Infinity);
  return age === 0 ? SHORTEST_SECONDS : age;
}
