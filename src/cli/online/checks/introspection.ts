// Whether the introspection endpoint's server answers at all. Nothing but a token could tell more, and nothing is ever
// posted.
import type { LintFinding } from '../../../config/lint.js';
import { onlineFinding } from '../online-finding.js';
import { keptBack, memberText, type ServerSubject } from '../server-settings.js';

export async function checkIntrospection(subject: ServerSubject): Promise<readonly LintFinding[]> {
  const endpoint = memberText(subject, 'jwt_validation', 'introspectEndpoint');
  if (endpoint === undefined) return [];
  if (endpoint.staysHere !== undefined) return [keptBack(endpoint)];
  const { path, text } = endpoint;
  const answer = await subject.network.reach(new URL(text).origin);
  if (answer.ok) return [];
  return [
    onlineFinding('MCPGW201', { path, message: `\`introspectEndpoint\` could not be checked: ${answer.message}` }),
  ];
}
