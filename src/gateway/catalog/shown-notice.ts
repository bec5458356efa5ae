// A server's notification as the host may see it among those of others: resources under the URIs that lead back to it, log
// messages under its name. Progress is for whoever knows which calls are whose.
import { isObject, isRequestId, type Params, type RequestId } from '../json-rpc.js';
import type { ShownUris } from './shown-uris.js';

export interface Notice {
  readonly message: Params;
  readonly server: string;
  readonly uris: ShownUris;
}

export type ShownNotice =
  | { readonly kind: 'shown'; readonly text: string }
  | { readonly kind: 'progress'; readonly token: RequestId | undefined }
  /** Nothing in it is a name. */
  | { readonly kind: 'other' };

export function shownNotice({ message, server, uris }: Notice): ShownNotice {
  const params = isObject(message['params']) ? message['params'] : {};
  const changed = (by: Params): ShownNotice => {
    return { kind: 'shown', text: JSON.stringify({ ...message, params: { ...params, ...by } }) };
  };
  switch (message['method']) {
    case 'notifications/progress': {
      const token = params['progressToken'];
      return { kind: 'progress', token: isRequestId(token) ? token : undefined };
    }
    case 'notifications/resources/updated': {
      const { uri } = params;
      const shown = typeof uri === 'string' ? uris.shown(server, uri) : uri;
      return shown === uri ? { kind: 'other' } : changed({ uri: shown });
    }
    case 'notifications/message': {
      const { logger } = params;
      return changed({ logger: typeof logger === 'string' ? `${server}: ${logger}` : server });
    }
    default:
      return { kind: 'other' };
  }
}
