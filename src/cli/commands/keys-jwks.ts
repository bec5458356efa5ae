// `mcpgw keys jwks`: the public keys that upstreams verify signed identities with, as a JWK set (RFC 7517). Nothing private
// is ever in it.
import { McpgwError } from '../../errors.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadChosenPolicy } from '../load-policy.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';
import { findSigningKey, type FoundSigningKey } from '../signing-key.js';

export type KeysOptions = OutputOptions & PolicyOptions & StoreOptions;

/** @throws McpgwError USAGE when there is no key, and those of `findSigningKey` and `loadPolicy` */
export async function keysJwks(
  context: CommandContext,
  _args: readonly string[],
  options: KeysOptions,
): Promise<ExitCode> {
  const found = await signingKeyOrThrow(context, options);
  const nowMs = context.host.now();
  const retired = (found.stored?.retired ?? []).filter(({ neededUntilMs }) => neededUntilMs > nowMs);
  await context.printJson({ keys: [found.key.publicJwk, ...retired.map(({ jwk }) => jwk)] });
  return EXIT.OK;
}

export async function signingKeyOrThrow({ host, log }: CommandContext, options: KeysOptions): Promise<FoundSigningKey> {
  const loaded = await loadChosenPolicy(host, options);
  const found = await findSigningKey({ host, log, policy: loaded?.policy, options });
  if (found !== undefined) return found;
  throw new McpgwError('USAGE', 'there is no signing key', { hint: 'mcpgw keys generate' });
}
