// One of several servers in one endpoint, as the catalog sees it: takes messages of the host, and questions of the catalog
// itself under ids of its own. Policy, credentials and sessions are the relay's behind it.
import { errorOf, isObject, type Params, type RequestId, type RpcError } from '../json-rpc.js';
import type { Relay } from '../relay.js';

/** What ids of the catalog's questions begin with; those of hosts may not. */
export const OWN_IDS = 'mcpgw:catalog:';

/** Takes a message for the host. A promise: hold back until it resolves. */
export type Taken = Promise<void> | undefined;

export interface MemberOptions {
  readonly name: string;
  readonly makeRelay: (toHost: (text: string) => Taken) => Relay;
  /** What the server says that answers no question of the catalog. */
  readonly onMessage: (member: Member, text: string, message: Params) => Taken;
}

export type MemberAnswer =
  | { readonly kind: 'result'; readonly text: string; readonly result: Params }
  | { readonly kind: 'error'; readonly error: RpcError }
  /** The signal has come before it. */
  | { readonly kind: 'cancelled' };

export interface Question {
  readonly method: string;
  readonly params: Params;
  /** Gives up, and tells the server so. */
  readonly signal?: AbortSignal | undefined;
}

export interface Asked {
  readonly id: string;
  /** Never rejects. */
  readonly answer: Promise<MemberAnswer>;
}

/** A class because it owns the questions under way. */
export class Member {
  readonly name: string;
  readonly relay: Relay;
  /** What it said when the host opened; undefined: nobody has asked, or it has not answered yet. */
  capabilities: Params | undefined;
  /** Why it has no part in this session. */
  out: RpcError | undefined;
  readonly #asked = new Map<RequestId, (answer: MemberAnswer) => void>();
  #asks = 0;

  constructor({ name, makeRelay, onMessage }: MemberOptions) {
    this.name = name;
    this.relay = makeRelay((text) => {
      const message = JSON.parse(text) as Params; // relays write JSON objects alone
      if (this.#isAnswer(text, message)) return undefined;
      return onMessage(this, text, message);
    });
  }

  ask({ method, params, signal }: Question): Asked {
    const id = `${OWN_IDS}${++this.#asks}`;
    const answer = new Promise<MemberAnswer>((resolve) => {
      const give = (): void => {
        this.#asked.delete(id);
        this.tell({ method: 'notifications/cancelled', params: { requestId: id } });
        resolve({ kind: 'cancelled' });
      };
      if (signal?.aborted === true) return resolve({ kind: 'cancelled' });
      this.#asked.set(id, (given) => {
        signal?.removeEventListener('abort', give);
        resolve(given);
      });
      signal?.addEventListener('abort', give, { once: true });
      const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      this.relay.handle({ kind: 'request', id, method, params, text });
    });
    return { id, answer };
  }

  tell({ method, params }: { readonly method: string; readonly params?: Params }): void {
    const text = JSON.stringify({ jsonrpc: '2.0', method, params });
    this.relay.handle({ kind: 'notification', method, params, text });
  }

  /** It may have this: it says so, or nobody knows what it has. */
  mayHave(capability: string): boolean {
    if (this.out !== undefined) return false;
    return this.capabilities === undefined || isObject(this.capabilities[capability]);
  }

  #isAnswer(text: string, message: Params): boolean {
    const { id, method, result } = message;
    if (method !== undefined || typeof id !== 'string') return false;
    const take = this.#asked.get(id);
    if (take === undefined) return id.startsWith(OWN_IDS);
    this.#asked.delete(id);
    if (isObject(result)) take({ kind: 'result', text, result });
    else take({ kind: 'error', error: errorOf(message) });
    return true;
  }
}
