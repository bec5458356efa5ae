// Valid keys that this version does not enforce. `validate` notes them; every other command refuses a configuration
// that has one, because a policy that is silently not enforced is worse than none.
import type { UnsupportedKey } from '../policy/model.js';
import type { Layout, Section } from './document-kinds.js';
import { shownPointerOf, type Path } from './path.js';
import { hasMember, isRawObject, memberOf } from './raw-value.js';

/** A login would have to register a client first. */
export const NO_CLIENT_ID = 'external_auth_config without client_id';

export function unsupportedKeys(layout: Layout): readonly UnsupportedKey[] {
  const found = layout.sections.flatMap((section) => inSection(section));
  return found.map(({ key, path }) => ({ key, pointer: shownPointerOf(path) }));
}

interface Unsupported {
  readonly key: string;
  readonly path: Path;
}

const WHOLE_KEYS = ['header_command', 'tls', 'oauth_metadata'];

function inSection(section: Section): readonly Unsupported[] {
  const at = (...steps: readonly string[]): Path => [...section.path, ...steps];
  const { value } = section;
  return [
    ...WHOLE_KEYS.filter((key) => (memberOf(value, key) ?? undefined) !== undefined).map((key) => ({
      key,
      path: at(key),
    })),
    ...['transport', 'type']
      .filter((key) => memberOf(value, key) === 'sse')
      .map((key) => ({ key: 'transport: sse', path: at(key) })),
    ...authType(section),
    ...clientMethods(section),
  ];
}

function authType({ path, value }: Section): readonly Unsupported[] {
  const authType = memberOf(value, 'auth_type');
  return authType === 'oauth_auto' || authType === 'oauth_client_credentials'
    ? [{ key: `auth_type: ${authType}`, path: [...path, 'auth_type'] }]
    : [];
}

function clientMethods({ path, value }: Section): readonly Unsupported[] {
  const external = memberOf(value, 'external_auth_config');
  const registers =
    isRawObject(external) && !hasMember(external, 'client_id') && !hasMember(external, 'client_id_metadata_url');
  const key = 'client_id_metadata_url';
  return [
    ...(registers ? [{ key: NO_CLIENT_ID, path: [...path, 'external_auth_config'] }] : []),
    ...(hasMember(external, key) ? [{ key, path: [...path, 'external_auth_config', key] }] : []),
  ];
}
