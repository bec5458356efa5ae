// `subscriptions/listen` as the host sees it: one subscription for as long as it wants, whatever becomes of the connection
// (MCP 2026-07-28, "Subscriptions"; spec: eras). It is opened again when it drops, acknowledged to the host once, and what
// may have changed in between is said to have.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ToHost, Waiting } from './call.js';
import { isObject, metaOf, type Params } from './json-rpc.js';
import { resent } from './resent.js';
import type { Exchange, ExchangeEnd } from './streamable-http.js';

export interface ListenOptions extends Waiting {
  /** Sends the request; undefined when the policy refuses it now. */
  readonly send: (onMessage: ToHost) => Promise<Exchange | undefined>;
  readonly first: (onMessage: ToHost) => Exchange;
  readonly onMessage: ToHost;
}

export const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 10_000;
/** A connection that lived this long was a good one. */
const GOOD_LIFE_MS = 10_000;
/** Of resources that may have changed. */
const UPDATES_AT_MOST = 1_000;

const CHANGES = {
  toolsListChanged: 'notifications/tools/list_changed',
  promptsListChanged: 'notifications/prompts/list_changed',
  resourcesListChanged: 'notifications/resources/list_changed',
} as const;

export function reopenedListen({ first, send, onMessage, isOpen }: ListenOptions): Exchange {
  let isAcknowledged = false;
  let pauseMs = FIRST_PAUSE_MS;
  let start = performance.now();
  const take: ToHost = (text) => {
    const acknowledgement = acknowledgementIn(text);
    if (acknowledgement === undefined) return onMessage(text);
    if (isAcknowledged) return told(missedIn(acknowledgement), onMessage);
    isAcknowledged = true;
    return onMessage(text);
  };
  return resent(first(take), async (ended) => {
    // One that has never stood is an error of the request.
    if (!isAcknowledged || !isDropped(ended)) return undefined;
    if (performance.now() - start > GOOD_LIFE_MS) pauseMs = FIRST_PAUSE_MS;
    await sleep(pauseMs, undefined, { ref: false });
    pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
    start = performance.now();
    return isOpen() ? send(take) : undefined;
  });
}

/** 4xx is the server's word that it does not want it; 429 and 5xx pass. */
function isDropped(ended: ExchangeEnd): boolean {
  if (ended.kind === 'refused') return ended.head.status === 429 || ended.head.status >= 500;
  return ended.kind === 'complete' || ended.kind === 'failed';
}

function acknowledgementIn(text: string): Params | undefined {
  if (!text.includes(ACKNOWLEDGED)) return undefined;
  try {
    const message: unknown = JSON.parse(text);
    if (!isObject(message) || message['method'] !== ACKNOWLEDGED) return undefined;
    return isObject(message['params']) ? message['params'] : {};
  } catch {
    return undefined;
  }
}

/** What the server tells of from now on, and may have told of while nobody listened. */
function missedIn(acknowledgement: Params): readonly object[] {
  const wanted = acknowledgement['notifications'];
  const notifications = isObject(wanted) ? wanted : {};
  const meta = metaOf(acknowledgement);
  const _meta = meta === undefined ? {} : { _meta: meta };
  const { resourceSubscriptions } = notifications;
  const uris = Array.isArray(resourceSubscriptions) ? resourceSubscriptions : [];
  return [
    ...Object.entries(CHANGES)
      .filter(([flag]) => notifications[flag] === true)
      .map(([, method]) => ({ jsonrpc: '2.0', method, params: _meta })),
    ...uris.slice(0, UPDATES_AT_MOST).map((uri: unknown) => ({
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri, ..._meta },
    })),
  ];
}

function told(messages: readonly object[], onMessage: ToHost): Promise<void> | undefined {
  let hold: Promise<void> | undefined;
  for (const message of messages) hold = onMessage(JSON.stringify(message)) ?? hold;
  return hold;
}
