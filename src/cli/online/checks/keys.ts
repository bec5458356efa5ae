// The keys that tokens are verified with: `jwks` as it stands in the file, or what `jwksUri` answers.
import type { LintFinding } from '../../../config/lint.js';
import { elementsOf, memberOf, membersOf } from '../../../config/raw-value.js';
import type { Path } from '../../../config/path.js';
import { shownOrigin } from '../../../net/fetchable-url.js';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '../../../policy/model.js';
import { couldNotBeDecided } from '../exchange/discovery.js';
import type { Network } from '../exchange/network.js';
import { onlineFinding } from '../online-finding.js';
import { keptBack, memberText, settingOfServer, type ServerSubject } from '../server-settings.js';
import { keySetFindings } from './key-set.js';

export async function checkKeys(subject: ServerSubject): Promise<readonly LintFinding[]> {
  const rules = settingOfServer(subject, 'jwt_validation');
  if (rules === undefined) return [];
  const uri = memberText(subject, 'jwt_validation', 'jwksUri');
  const algorithms = wantedAlgorithms(subject);
  if (uri !== undefined) {
    if (uri.staysHere !== undefined) return [keptBack(uri)];
    return remoteKeyFindings({
      network: subject.network,
      url: uri.text,
      path: uri.path,
      name: '`jwksUri`',
      algorithms,
    });
  }
  const path = [...rules.path, 'jwks'];
  const keys = elementsOf(memberOf(memberOf(rules.value, 'jwks'), 'keys'));
  if (keys.length === 0 || algorithms.isUndetermined || hasUndetermined(subject, keys, path)) return [];
  return keySetFindings({ keys, path, name: '`jwks`', ...algorithms });
}

export interface RemoteKeys {
  readonly network: Network;
  /** INVARIANT: a URL that may be asked. */
  readonly url: string;
  /** Where findings are reported. */
  readonly path: Path;
  /** How a sentence calls the set. */
  readonly name: string;
  readonly algorithms: WantedAlgorithms;
}

export async function remoteKeyFindings(remote: RemoteKeys): Promise<readonly LintFinding[]> {
  const { network, url, path, name, algorithms } = remote;
  const answer = await network.document(url);
  if (!answer.ok) {
    return couldNotBeDecided(answer)
      ? [onlineFinding('MCPGW201', { path, message: `${name} could not be checked: ${answer.message}` })]
      : [onlineFinding('MCPGW203', { path, message: `${name} gives no keys: ${answer.message}` })];
  }
  const keys = memberOf(answer.body, 'keys');
  if (!Array.isArray(keys)) {
    const message = `${name} gives no keys: ${shownOrigin(new URL(url))} did not answer with a JWK set`;
    return [onlineFinding('MCPGW203', { path, message })];
  }
  return algorithms.isUndetermined ? [] : keySetFindings({ keys, path, name, ...algorithms });
}

export interface WantedAlgorithms {
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly mayTellWhy: boolean;
  /** One of them has no value here, so that nothing can be said about all. */
  readonly isUndetermined: boolean;
}

/** Any that mcpgw verifies: for keys whose algorithm no setting names. */
export const ANY_ALGORITHM: WantedAlgorithms = {
  algorithms: SIGNATURE_ALGORITHMS,
  mayTellWhy: false,
  isUndetermined: false,
};

function wantedAlgorithms(subject: ServerSubject): WantedAlgorithms {
  const { policy, source } = subject;
  const rules = settingOfServer(subject, 'jwt_validation');
  const listed = elementsOf(memberOf(rules?.value, 'algorithms'));
  const places = listed.map((_name, index): Path => [...(rules?.path ?? []), 'algorithms', index]);
  return {
    algorithms: policy.tokenRules?.algorithms ?? [],
    mayTellWhy: !places.some(source.isReference),
    isUndetermined: places.some(source.isUndetermined),
  };
}

/** A key in the file that is partly a reference without a value. */
function hasUndetermined({ source }: ServerSubject, keys: readonly unknown[], path: Path): boolean {
  return keys.some((key, index) =>
    membersOf(key).some(([member]) => source.isUndetermined([...path, 'keys', index, member])),
  );
}
