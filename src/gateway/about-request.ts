// Log lines of one request carry its id, so that they are found together, and with the host's own (spec: serve, "What it
// says about itself").
import type { Log, LogFields } from '../log.js';
import type { RequestId } from './json-rpc.js';

/** Of an id, which is as long as the host likes. */
const SHOWN_LENGTH = 64;

/** The same log; undefined is no request. */
export function aboutRequest(log: Log, id: RequestId | undefined): Log {
  if (id === undefined) return log;
  const withId = (fields: LogFields | undefined): LogFields => ({ ...fields, request_id: shownId(id) });
  return {
    error: (message, fields) => log.error(message, withId(fields)),
    warn: (message, fields) => log.warn(message, withId(fields)),
    info: (message, fields) => log.info(message, withId(fields)),
    debug: (message, fields) => log.debug(message, withId(fields)),
  };
}

export function shownId(id: RequestId): string {
  return String(id).slice(0, SHOWN_LENGTH);
}
