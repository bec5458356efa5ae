// What holds for one server, its own settings and those that it inherits, in the order of the specification's table;
// `jwt_validation` apart, which servers may share. Keys without defaults are shown as written.
import type { ServerPolicy } from '../../policy/model.js';
import { settingOf, type ServerSections, type Setting } from '../document-kinds.js';
import { emptyObject, isRawObject, memberOf, type RawObject } from '../raw-value.js';
import { policyKeys } from '../schema/server.js';
import type { Masking } from './masking.js';
import { withDefaults } from './with-defaults.js';

/** `type` is another name of `transport`. */
const SERVER_KEYS = ['url', ...Object.keys(policyKeys)].filter((key) => key !== 'type' && key !== 'jwt_validation');

/** True for the keys that servers have, whatever they are called. */
export function isServerKey(key: string): boolean {
  return key === 'url' || Object.hasOwn(policyKeys, key);
}

export interface ServerViewOptions {
  readonly sections: ServerSections;
  readonly policy: ServerPolicy;
  readonly masking: Masking;
}

export function serverView(options: ServerViewOptions): RawObject {
  const { sections } = options;
  const view = emptyObject();
  for (const key of SERVER_KEYS) {
    const setting = key === 'transport' ? settingOf(sections, 'transport', 'type') : settingOf(sections, key);
    const value = settingView(key, { ...options, setting });
    if (value !== undefined) view[key] = value;
  }
  return view;
}

interface SettingView extends ServerViewOptions {
  /** Undefined where nothing is configured, or `null` is. */
  readonly setting: Setting | undefined;
}

function settingView(key: string, { setting, policy, masking }: SettingView): unknown {
  const shown = setting && masking.shown(setting.value, setting.path);
  const isSecret = setting !== undefined && masking.isReference(setting.path);
  switch (key) {
    case 'transport':
      return isSecret ? shown : policy.transport;
    case 'auth_type':
      return isSecret ? shown : policy.authType;
    case 'allow_insecure_http':
      return policy.allowInsecureHttp;
    case 'forward_headers':
      return isRawObject(shown) ? shown : shown && { mode: policy.forward.mode, headers: shown };
    case 'user_identity_forwarding':
      return setting && withDefaults(shown, identityDefaults(setting, { policy, masking }));
    case 'external_auth_config':
      return setting && withDefaults(shown, loginDefaults(policy));
    default:
      return shown;
  }
}

/** Which header it is follows from the method, and must not tell of one that is a secret. */
function identityDefaults(
  { path, value }: Setting,
  { policy: { identity }, masking }: Pick<SettingView, 'policy' | 'masking'>,
): RawObject {
  const isKnown = !masking.isReference([...path, 'method']);
  return {
    header_name: isKnown ? identity?.headerName : undefined,
    include_claims: identity?.includeClaims,
    on_missing: identity?.onMissing,
    jwt_expiry_seconds: isKnown && memberOf(value, 'method') === 'jwt_header' ? identity?.lifetimeSeconds : undefined,
  };
}

function loginDefaults({ identityProvider: provider }: ServerPolicy): RawObject {
  return { scope: provider?.scope, token_endpoint_auth_method: provider?.tokenEndpointAuthMethod };
}
