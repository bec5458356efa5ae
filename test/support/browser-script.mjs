#!/usr/bin/env node
// For $BROWSER: follows the redirects from the URL in its one argument, with cookies, and ends.
const jars = new Map();
let url = process.argv[2];
for (let hops = 0; url !== undefined && hops < 20; hops += 1) {
  const { origin } = new URL(url);
  const jar = jars.get(origin) ?? new Map();
  jars.set(origin, jar);
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (name !== undefined) jar.set(name, value);
  }
  await response.arrayBuffer();
  const location = response.headers.get('location');
  url = location === null ? undefined : new URL(location, url).href;
}
