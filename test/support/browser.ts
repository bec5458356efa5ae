// A browser for tests: follows redirects and keeps cookies, nothing else. Resolves to the page that it ends on.

export interface Visit {
  readonly status: number;
  /** Where it ended. */
  readonly url: string;
  readonly text: string;
  readonly headers: Headers;
}

export interface Browser {
  /** With a form: sends it there, and follows from there on. */
  visit(url: string, form?: Readonly<Record<string, string>>): Promise<Visit>;
}

/** Cookies live as long as the browser; each origin has its own. */
export function createBrowser(ask: (url: string, init: RequestInit) => Promise<Response> = fetch): Browser {
  const cookies = new Map<string, Map<string, string>>();
  return {
    visit: async (start, form) => {
      let url = start;
      let body = form === undefined ? undefined : new URLSearchParams(form);
      for (let hops = 0; hops < 20; hops += 1) {
        const { origin } = new URL(url);
        const jar = cookies.get(origin) ?? new Map<string, string>();
        cookies.set(origin, jar);
        const response = await ask(url, {
          redirect: 'manual',
          headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
          ...(body !== undefined && { method: 'POST', body }),
        });
        body = undefined;
        for (const line of response.headers.getSetCookie()) keepCookie(jar, line);
        const location = response.headers.get('location');
        const text = await response.text();
        if (location === null) return { status: response.status, url, text, headers: response.headers };
        url = new URL(location, url).href;
      }
      throw new Error(`too many redirects from ${start}`);
    },
  };
}

function keepCookie(jar: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const name = pair.slice(0, pair.indexOf('='));
  const value = pair.slice(pair.indexOf('=') + 1);
  if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}
