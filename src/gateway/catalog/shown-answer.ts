// A server's answer as the host may see it among those of others: URIs of resources that it names lead back to it, whatever
// another server calls its own. All else is to the letter.
import { isObject, type Params } from '../json-rpc.js';
import { isAmbiguous } from '../ambiguous-message.js';
import { edited, type Edit } from './edited-text.js';
import type { ShownUris } from './shown-uris.js';

export interface Answer {
  readonly text: string;
  /** The same, parsed. */
  readonly message: Params;
  /** Of the request. */
  readonly method: string;
  readonly server: string;
  readonly uris: ShownUris;
}

export function shownAnswer({ text, message, method, server, uris }: Answer): string {
  const { result } = message;
  if (!isObject(result)) return text;
  const named = urisIn(method, result);
  const edits: Edit[] = [];
  for (const { at, uri, isLink } of named) {
    if (isLink) uris.learn(server, uri);
    const shown = uris.shown(server, uri);
    if (shown !== uri) edits.push({ at: ['result', ...at], by: shown });
  }
  // What two readers could read in two ways is left as it is.
  return edits.length === 0 || isAmbiguous(text) ? text : edited(text, edits);
}

interface NamedUri {
  readonly at: readonly (string | number)[];
  readonly uri: string;
  /** The host may read it next. */
  readonly isLink: boolean;
}

function urisIn(method: string, result: Params): readonly NamedUri[] {
  if (method === 'resources/read') {
    return listIn(result, 'contents').flatMap((item, index) => uriOf(item, ['contents', index], false));
  }
  if (method === 'tools/call') {
    return listIn(result, 'content').flatMap((item, index) => inContent(item, ['content', index]));
  }
  if (method !== 'prompts/get') return [];
  return listIn(result, 'messages').flatMap((message, index) =>
    isObject(message) ? inContent(message['content'], ['messages', index, 'content']) : [],
  );
}

function inContent(item: unknown, at: readonly (string | number)[]): readonly NamedUri[] {
  if (!isObject(item)) return [];
  if (item['type'] === 'resource_link') return uriOf(item, at, true);
  return item['type'] === 'resource' ? uriOf(item['resource'], [...at, 'resource'], true) : [];
}

function uriOf(item: unknown, at: readonly (string | number)[], isLink: boolean): readonly NamedUri[] {
  const uri = isObject(item) ? item['uri'] : undefined;
  return typeof uri === 'string' ? [{ at: [...at, 'uri'], uri, isLink }] : [];
}

function listIn(result: Params, key: string): readonly unknown[] {
  const list = result[key];
  return Array.isArray(list) ? list : [];
}
