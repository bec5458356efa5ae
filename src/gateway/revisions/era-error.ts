// What a host is told whose revision the upstream does not speak.
import { INTERNAL_ERROR, METHOD_NOT_FOUND, UNSUPPORTED_VERSION, type RpcError } from '../json-rpc.js';

/** A server that refuses `initialize` because it is of the other era says so; the translation is not there yet. */
export function eraError(error: RpcError): RpcError {
  const isEra = error.code === UNSUPPORTED_VERSION || error.code === METHOD_NOT_FOUND;
  return isEra ? wrongEra(`error ${error.code}`) : error;
}

export function wrongEra(detail: string): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: `the upstream does not speak the revision of this host, 2025-11-25 or earlier (${detail}): use a host that speaks 2026-07-28`,
  };
}
