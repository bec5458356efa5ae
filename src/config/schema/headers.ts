// `headers`, `passthrough_headers`, `client_headers` and `forward_headers` (spec: headers).
import * as z from 'zod/mini';
import { isHeaderName, isHeaderValue } from '../../policy/headers/header-name.js';
import { choose, closedObject, dictionary, textThat, type Problem } from './structure.js';

export const headerName = textThat('header-name', nameProblem);

export const headerFields = dictionary(
  textThat('header-value', (value) =>
    isHeaderValue(value)
      ? undefined
      : {
          code: 'MCPGW107',
          says: 'cannot be sent as a header: it holds a line break, a control character or one beyond U+00FF',
        },
  ),
  { facet: 'header-name', judge: nameProblem },
);

export const rename = closedObject({ from: headerName, to: headerName });
const entries = z.array(
  choose(
    { name: headerName, rename },
    {
      wanted: 'a text in double quotes, or an object with `from` and `to`',
      pick: (entry) => (typeof entry === 'object' ? 'rename' : 'name'),
    },
  ),
);
export const forwardMode = closedObject({ mode: z.enum(['allowlist', 'all-except']), headers: entries });

export const forwardHeaders = choose(
  { entries, forwardMode },
  { wanted: 'a list or an object', pick: (value) => (Array.isArray(value) ? 'entries' : 'forwardMode') },
);

function nameProblem(name: string): Problem | undefined {
  return isHeaderName(name)
    ? undefined
    : { code: 'MCPGW107', says: "is not a header name: letters, digits and !#$%&'*+-.^_`|~ alone" };
}
