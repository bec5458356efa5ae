// Waits on the loopback interface for the browser to come back (RFC 8252 section 7.3). Only an answer with the right
// state counts, and only the first one; everything else gets a page that says so and changes nothing. The page that ends
// it is at an address of its own: what the provider has put into the URL stays in no history.
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { McpgwError, systemCode } from '../../errors.js';
import { PAGE_HEADERS, PAGES, renderPage, type Page } from './callback-page.js';
import type { RedirectTarget } from './redirect-uri.js';

/** How long a second visit still gets an answer. Does not keep the process alive. */
const LINGER_MS = 2000;

/** Where the outcome is shown; the second where the first is the redirect's own. */
const OUTCOME_PATHS = ['/outcome', '/shown'] as const;

/** `localhost` takes a free port of both families: so often another one is tried when only one of them has it. */
const PORT_ATTEMPTS = 5;

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
  const { servers, port } = await listen(redirect);
  const redirectUri = new URL(`http://${redirect.hostname}:${port}${redirect.path}`).href;
  const outcomePath = redirect.path === OUTCOME_PATHS[0] ? OUTCOME_PATHS[1] : OUTCOME_PATHS[0];
  let isAnswered = false;
  let outcome: 'done' | 'refused' | undefined;
  let wasShown: () => void = () => undefined;
  const shown = new Promise<void>((resolve) => {
    wasShown = resolve;
  });
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

  const showOutcome = async (response: ServerResponse, how: 'done' | 'refused'): Promise<void> => {
    outcome = how;
    await within(
      LINGER_MS,
      (async () => {
        await end(response, { status: 303, headers: { ...PAGE_HEADERS, location: outcomePath } });
        await shown;
      })(),
    );
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const url = requestUrl(request, { redirectUri, outcomePath });
    if (url === 'wrongHost' || url === 'notFound' || url === 'wrongMethod') void send(response, PAGES[url]);
    else if (url.pathname === outcomePath) {
      if (outcome === undefined) void send(response, PAGES.notFound);
      else void send(response, PAGES[outcome]).then(wasShown);
    } else if (isAnswered) void send(response, PAGES.again);
    else if (!accept(url, (how) => showOutcome(response, how))) void send(response, PAGES.wrongState);
  };
  for (const server of servers) server.on('request', onRequest);
  const closeAll = (): void => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
  return {
    redirectUri,
    answer,
    submit: (text) => URL.canParse(text) && accept(new URL(redirectUri + new URL(text).search), async () => undefined),
    close: () => {
      if (!isAnswered) return closeAll();
      for (const server of servers) server.unref();
      setTimeout(closeAll, LINGER_MS).unref();
    },
  };
}

interface Listening {
  readonly servers: readonly Server[];
  readonly port: number;
}

/**
 * A browser that knows `localhost` goes to either family. Both are ours, or whoever has the same port of the other one
 * would get the answer.
 */
async function listen({ hostname, port }: RedirectTarget): Promise<Listening> {
  if (hostname !== 'localhost') {
    const own = await listenOn(/^[\d.]+$/.test(hostname) ? hostname : '::1', port);
    return { servers: [own], port: portOf(own) };
  }
  for (let attempt = 1; ; attempt++) {
    const four = await listenOn('127.0.0.1', port);
    try {
      const six = await listenOn('::1', portOf(four));
      return { servers: [four, six], port: portOf(four) };
    } catch (error) {
      const code = systemCode(error);
      // A machine without IPv6 has nobody there.
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return { servers: [four], port: portOf(four) };
      four.close();
      if (port !== 0 || code !== 'EADDRINUSE' || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function listenOn(host: string, port: number): Promise<Server> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
    return server;
  } catch (error) {
    const why =
      systemCode(error) === 'EADDRINUSE' ? 'another program uses it' : (systemCode(error) ?? 'unknown reason');
    throw new McpgwError('IO', `cannot wait for the browser on ${host} port ${port}: ${why}`, {
      hint: 'choose another one with --port, one that the client is registered for',
      cause: error,
    });
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server that listens has no port');
  return address.port;
}

interface Addresses {
  readonly redirectUri: string;
  readonly outcomePath: string;
}

/** The Host header must name us, or a page of another site could have its own name point at this port. */
function requestUrl(
  request: IncomingMessage,
  { redirectUri, outcomePath }: Addresses,
): URL | 'wrongHost' | 'notFound' | 'wrongMethod' {
  const expected = new URL(redirectUri);
  // `URL` leaves out port 80, and so do browsers.
  if (request.headers.host !== expected.host) return 'wrongHost';
  if (!URL.canParse(request.url ?? '', expected.origin)) return 'notFound';
  const url = new URL(request.url ?? '', expected.origin);
  if (url.origin !== expected.origin) return 'notFound';
  if (url.pathname !== expected.pathname && url.pathname !== outcomePath) return 'notFound';
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

function send(response: ServerResponse, page: Page): Promise<void> {
  return within(LINGER_MS, end(response, { status: page.status, headers: PAGE_HEADERS, body: renderPage(page) }));
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Resolves once it was sent, or the browser has gone. */
async function end(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  // The event has passed when the browser went away before its page was ready.
  if (response.closed || response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.writeHead(status, headers);
    response.end(body);
  });
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  await Promise.race([
    work,
    new Promise<void>((resolve) => {
      patience = setTimeout(resolve, limitMs);
    }),
  ]);
  clearTimeout(patience);
}
