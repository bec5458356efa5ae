// Waits on the loopback interface for the browser to come back (RFC 8252 section 7.3). Only an answer with the right
// state counts, and only the first one; everything else gets a page that says so and changes nothing.
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { McpgwError, systemCode } from '../../errors.js';
import { PAGE_HEADERS, PAGES, renderPage, type Page } from './callback-page.js';
import type { RedirectTarget } from './redirect-uri.js';

/** How long a second visit still gets an answer. Does not keep the process alive. */
const LINGER_MS = 2000;

export interface LoopbackAnswer {
  /** The redirect URI with the query that the provider put there. */
  readonly url: URL;
  /** Shows the outcome to the person at the browser; resolves once the page was sent, the browser has gone, or 2 s on. */
  readonly reply: (outcome: 'done' | 'refused') => Promise<void>;
}

export interface LoopbackServer {
  /** With the port that was found. */
  readonly redirectUri: string;
  /** The first answer with the right state. Never rejects. */
  readonly answer: Promise<LoopbackAnswer>;
  /** An answer that came another way (pasted at the terminal). False: not for this login. */
  readonly submit: (url: string) => boolean;
  /** Stops listening: at once when nothing has come, else a moment after the page was sent. */
  readonly close: () => void;
}

export interface LoopbackOptions {
  readonly redirect: RedirectTarget;
  /** What `state` must be. Random, used once. */
  readonly state: string;
}

/** @throws McpgwError IO when the port cannot be had */
export async function startLoopbackServer({ redirect, state }: LoopbackOptions): Promise<LoopbackServer> {
  const server = createServer();
  const port = await listen(server, redirect);
  const redirectUri = new URL(`http://${redirect.hostname}:${port}${redirect.path}`).href;
  let isAnswered = false;
  let deliver: (answer: LoopbackAnswer) => void;
  const answer = new Promise<LoopbackAnswer>((resolve) => {
    deliver = resolve;
  });
  const accept = (url: URL, reply: LoopbackAnswer['reply']): boolean => {
    if (isAnswered || !isAnswerTo(url, state)) return false;
    isAnswered = true;
    deliver({ url, reply });
    return true;
  };

  server.on('request', (request, response) => {
    const url = requestUrl(request, redirectUri);
    if (url === 'wrongHost' || url === 'notFound' || url === 'wrongMethod') void send(response, PAGES[url]);
    else if (isAnswered) void send(response, PAGES.again);
    else if (!accept(url, (outcome) => send(response, PAGES[outcome]))) void send(response, PAGES.wrongState);
  });
  return {
    redirectUri,
    answer,
    submit: (text) => URL.canParse(text) && accept(new URL(redirectUri + new URL(text).search), async () => undefined),
    close: () => {
      if (!isAnswered) {
        server.close();
        server.closeAllConnections();
        return;
      }
      server.unref();
      setTimeout(() => {
        server.close();
        server.closeAllConnections();
      }, LINGER_MS).unref();
    },
  };
}

async function listen(server: Server, { hostname, port }: RedirectTarget): Promise<number> {
  // `localhost` is served on the IPv4 address: browsers try both.
  const host = hostname === '[::1]' ? '::1' : /^[\d.]+$/.test(hostname) ? hostname : '127.0.0.1';
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    const why =
      systemCode(error) === 'EADDRINUSE' ? 'another program uses it' : (systemCode(error) ?? 'unknown reason');
    throw new McpgwError('IO', `cannot wait for the browser on ${host} port ${port}: ${why}`, {
      hint: 'choose another one with --port, one that the client is registered for',
      cause: error,
    });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server that listens has no port');
  return address.port;
}

/** The Host header must name us, or a page of another site could have its own name point at this port. */
function requestUrl(request: IncomingMessage, redirectUri: string): URL | 'wrongHost' | 'notFound' | 'wrongMethod' {
  const expected = new URL(redirectUri);
  // `URL` leaves out port 80, and so do browsers.
  if (request.headers.host !== expected.host) return 'wrongHost';
  if (!URL.canParse(request.url ?? '', expected.origin)) return 'notFound';
  const url = new URL(request.url ?? '', expected.origin);
  if (url.origin !== expected.origin || url.pathname !== expected.pathname) return 'notFound';
  return request.method === 'GET' ? url : 'wrongMethod';
}

/** Exactly one `state`, the right one, and either a code or an error (RFC 6749 section 4.1.2). */
function isAnswerTo(url: URL, state: string): boolean {
  const [given = '', ...more] = url.searchParams.getAll('state');
  const expected = Buffer.from(state);
  const actual = Buffer.from(given);
  if (more.length > 0 || actual.length !== expected.length || !timingSafeEqual(actual, expected)) return false;
  return url.searchParams.has('code') || url.searchParams.has('error');
}

async function send(response: ServerResponse, page: Page): Promise<void> {
  // The event has passed when the browser went away before its page was ready.
  if (response.closed || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const patience = setTimeout(resolve, LINGER_MS);
    response.once('close', () => {
      clearTimeout(patience);
      resolve();
    });
    response.writeHead(page.status, PAGE_HEADERS);
    response.end(renderPage(page));
  });
}
