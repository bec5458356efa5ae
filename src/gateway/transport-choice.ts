// Which of the two HTTP transports an upstream is spoken to by: the configured one or, for `auto`, the one that it has
// shown to speak, for as long as the process runs and it holds (spec: config, `transport`).
import type { ServerPolicy } from '../policy/model.js';

export type HttpTransport = Exclude<ServerPolicy['transport'], 'auto'>;

export interface TransportChoice {
  /** Undefined: it is to be found out with the next opening of a session. */
  readonly known: () => HttpTransport | undefined;
  readonly found: (transport: HttpTransport) => void;
  /** What was found may hold no more; what is configured stays. */
  readonly doubt: () => void;
}

export function createTransportChoice(configured: ServerPolicy['transport']): TransportChoice {
  const stated = configured === 'auto' ? undefined : configured;
  let shown: HttpTransport | undefined;
  return {
    known: () => stated ?? shown,
    found: (transport) => {
      shown = transport;
    },
    doubt: () => {
      shown = undefined;
    },
  };
}
