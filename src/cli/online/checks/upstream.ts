// Whether the upstream is there, and, where mcpgw would log in to it, whether its metadata leads to a login. Sends a GET
// without the headers of the configuration: what a credential would be answered is not known.
import type { LintFinding } from '../../../config/lint.js';
import type { Path } from '../../../config/path.js';
import { shownOrigin } from '../../../net/fetchable-url.js';
import { isPassing } from '../exchange/discovery.js';
import { onlineFinding } from '../online-finding.js';
import { keptBack, placedText, settingOfServer, type ServerSubject } from '../server-settings.js';
import { bearerChallenge } from '../../../oauth/upstream/challenge.js';
import { checkResource } from './resource.js';

export async function checkUpstream(subject: ServerSubject): Promise<readonly LintFinding[]> {
  const setting = settingOfServer(subject, 'url');
  const url = setting && placedText(subject, setting.value, setting.path);
  if (url === undefined) return [];
  if (url.staysHere !== undefined) return [keptBack(url)];
  const { path, text } = url;
  const answer = await subject.network.reach(text);
  if (!answer.ok)
    return [onlineFinding('MCPGW201', { path, message: `the upstream could not be checked: ${answer.message}` })];
  const { status, headers } = answer;
  const access = accessOf(subject);
  const strange = strangeAnswer({ status, access, path, origin: shownOrigin(new URL(text)) });
  if (access === 'none' || access === 'headers') return strange;
  const resource = await checkResource({
    subject,
    url: new URL(text),
    path,
    challenged: status === 401 ? bearerChallenge(headers.get('www-authenticate'))?.resourceMetadata : undefined,
    isNeeded: access !== 'whatever-it-asks' || status === 401,
    hasBrowser: access !== 'oauth_client_credentials',
  });
  return [...strange, ...resource];
}

/** How mcpgw authenticates to the upstream (spec: config, `auth_type`). */
type Access = 'none' | 'headers' | 'oauth_auto' | 'oauth_client_credentials' | 'whatever-it-asks';

function accessOf(subject: ServerSubject): Access {
  const { authType, headers } = subject.policy;
  if (authType !== undefined) return authType;
  const isSet = headers.length > 0 || settingOfServer(subject, 'header_command') !== undefined;
  return isSet ? 'headers' : 'whatever-it-asks';
}

interface UpstreamAnswer {
  readonly status: number;
  readonly access: Access;
  readonly path: Path;
  readonly origin: string;
}

/** 400, 401, 403, 405 and 406 are what a GET without a session or a credential gets from good servers. */
function strangeAnswer({ status, access, path, origin }: UpstreamAnswer): readonly LintFinding[] {
  const finding = (message: string): readonly LintFinding[] => [onlineFinding('MCPGW210', { path, message })];
  if (isPassing(status)) {
    const message = `the upstream could not be checked: ${origin} answered ${status}`;
    return [onlineFinding('MCPGW201', { path, message })];
  }
  if (status === 404 || status === 410)
    return finding(`the upstream ${origin} answered ${status}: nothing is at this path`);
  if (status >= 300 && status < 400) {
    return finding(`the upstream ${origin} answered ${status}: mcpgw follows no redirect of an upstream`);
  }
  if (status === 401 && access === 'none') {
    return finding(`the upstream ${origin} answered 401, and \`auth_type\` says that it needs no credential`);
  }
  return [];
}
