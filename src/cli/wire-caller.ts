// Puts together what the gateway asks about a caller: the verifier of src/token, the token sources of the command
// line and the stored login of src/oauth. The one place where these parts, which never import one another, meet.
import type { AccessTokenSource, ConfiguredToken, CallerSources, VerifyToken } from '../gateway/caller.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { HeaderField, ServerPolicy } from '../policy/model.js';
import { Secret } from '../secret/secret.js';
import { readTokenFile, readTokenVariable, type TokenOptions } from './options/token.js';

export interface CallerWiring {
  readonly host: Host;
  readonly log: Log;
  readonly server: ServerPolicy;
  readonly configuredToken: ConfiguredToken | undefined;
  readonly identityLogin: AccessTokenSource | undefined;
}

export async function wireCaller(wiring: CallerWiring): Promise<CallerSources> {
  return {
    server: wiring.server,
    verify: await verifyTokenOf(wiring),
    configuredToken: wiring.configuredToken,
    identityLogin: wiring.identityLogin,
  };
}

/**
 * What `serve` says to a caller without a token, where a login would be asked and nobody looks into the store. With
 * `jwt_validation` the token is what is missing.
 */
export function withoutLogin({ tokenRules, identityProvider, name }: ServerPolicy): AccessTokenSource | undefined {
  if (tokenRules !== undefined || identityProvider === undefined) return undefined;
  const message = `nobody is logged in for ${name}`;
  return () => Promise.resolve({ kind: 'login-required', message, command: `mcpgw login ${name}` });
}

/**
 * What stands for the gateway's own token where nobody looks into the store: that it goes, and what it takes the place of.
 * Undefined where none is certain: of what a `header_command` would print, nothing is known.
 */
export function accessWithoutLogin({ upstreamAccess }: ServerPolicy): readonly HeaderField[] | undefined {
  if (upstreamAccess?.when !== 'always') return undefined;
  return [{ name: 'Authorization', value: new Secret('Bearer <the token of the login at the upstream>') }];
}

async function verifyTokenOf({ host, log, server }: CallerWiring): Promise<VerifyToken | undefined> {
  const rules = server.tokenRules;
  if (rules === undefined) return undefined;
  const [{ createTokenVerifier }, { findToken }] = await Promise.all([
    import('../token/verify.js'),
    import('../token/find-token.js'),
  ]);
  const verifier = createTokenVerifier({ rules, host, log });
  return {
    token: (token) => verifier.judge(token),
    header: (headerValue) => {
      const found = findToken({ rules, headerValue });
      return found.found ? verifier.judge(found.token) : Promise.resolve(found.verdict);
    },
  };
}

/** `--token-file`, `--token-env`, or their variables; undefined when none is given. */
export async function configuredTokenOf(host: Host, options: TokenOptions): Promise<ConfiguredToken | undefined> {
  const { tokenFile, tokenEnv } = options;
  if (tokenFile !== undefined) {
    let current = await readTokenFile(host, tokenFile);
    return {
      current: () => current,
      renewed: async (rejected) => {
        // Another request may have found the new one meanwhile.
        if (current.reveal() === rejected.reveal()) current = await readTokenFile(host, tokenFile);
        return current.reveal() === rejected.reveal() ? undefined : current;
      },
    };
  }
  if (tokenEnv === undefined) return undefined;
  const token = readTokenVariable(host, tokenEnv);
  return { current: () => token, renewed: () => Promise.resolve(undefined) };
}
