// undici's own way to connect, with our limit of time; what TLS says when it ends a connection is kept as the reason.
import type { SecureContext } from 'node:tls';
import type { buildConnector as Build } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';

/** How connections are made. */
export type Connector = Build.connector;

/** How long a connection may take to come up, TLS included. */
export const CONNECT_TIMEOUT_MS = 10_000;

export function directConnector(secureContext?: SecureContext): Connector {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, ...(secureContext && { secureContext }) });
  return (target, callback) => {
    connect(target, (error, socket) => {
      if (error !== null) return callback(error, null);
      // An alert of TLS comes as an error of a socket that lives on, and its end a moment later would take its place.
      socket.once('error', (alert: Error) => socket.destroy(alert));
      callback(null, socket);
    });
  };
}
