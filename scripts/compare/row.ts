// A row of the table: something that happens to a bridge, what is right then, and how to see what a bridge does.
import type { BridgeHost } from './bridge-host.js';

export interface Row {
  readonly name: string;
  /** What a host may expect. */
  readonly right: string;
  /** Who says so. */
  readonly source: string;
  /** It does little but wait, and so runs beside the others. */
  readonly isWaiting?: boolean;
  readonly run: (start: StartBridge) => Promise<Outcome>;
}

/** Starts the bridge of the column in front of a server; it is ended when the row is done. */
export type StartBridge = (url: string) => Promise<BridgeHost>;

/** `did` is given where it is not right, and has no times and no ports: the table is the same when nothing has changed. */
export type Outcome = { readonly isRight: true } | { readonly isRight: false; readonly did: string };

export const right: Outcome = { isRight: true };
export const wrong = (did: string): Outcome => ({ isRight: false, did });
