// The variables about proxies, and whether there are any: all that a process loads that has none.

export type Variables = Readonly<Record<string, string | undefined>>;

export type ProxyVariable = 'HTTPS_PROXY' | 'HTTP_PROXY' | 'ALL_PROXY' | 'NO_PROXY';

export interface FoundVariable {
  /** As it is spelled in the environment. */
  readonly variable: string;
  readonly value: string;
}

/** Lower case wins; an empty value is none, as curl has it. */
export function valueOf(env: Variables, name: ProxyVariable): FoundVariable | undefined {
  for (const variable of [name.toLowerCase(), name]) {
    const value = env[variable]?.trim() ?? '';
    if (value !== '') return { variable, value };
  }
  return undefined;
}

/** Whether some URL may have to be asked through a proxy. */
export function namesProxy(env: Variables): boolean {
  return (['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'] as const).some((name) => valueOf(env, name) !== undefined);
}
