// The page that the browser shows when it comes back: one self-contained document, no script, no request to anywhere,
// nothing of the login in it but what is said to the user.
import { createHash } from 'node:crypto';

export interface Page {
  readonly status: number;
  readonly title: string;
  /** One or two sentences. Escaped here. */
  readonly text: string;
}

export const PAGES = {
  done: { status: 200, title: 'You are logged in', text: 'You can close this page and go back to where you started.' },
  refused: {
    status: 200,
    title: 'The login did not work',
    text: 'Where it was started, it says why. You can close this page.',
  },
  again: { status: 200, title: 'Already done', text: 'This login is over. You can close this page.' },
  wrongState: {
    status: 400,
    title: 'This is not the login that is waiting',
    text: 'Go back to the page that was opened for the login, or start it again. Nothing was changed.',
  },
  notFound: { status: 404, title: 'There is nothing here', text: 'This address only waits for the end of a login.' },
  wrongHost: { status: 421, title: 'Refused', text: 'This address is for this machine alone.' },
  wrongMethod: { status: 405, title: 'Refused', text: 'This address only answers GET.' },
} as const satisfies Record<string, Page>;

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto 0;padding:0 1.5rem;color:#1c2024;' +
  'background:#fff}h1{font-size:1.4rem}@media(prefers-color-scheme:dark){body{color:#e8eaed;background:#16181b}}';

/** Nothing may load, run, frame it, or be sent from it; the one style is named by its hash (CSP level 3). */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
    `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

export function renderPage({ title, text }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>mcpgw: ${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p>${escape(text)}</p>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
