// `mcpgw keys show`: which key signs identities, where it came from, and which retired ones upstreams still need.
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { signingKeyOrThrow, type KeysOptions } from './keys-jwks.js';

export async function keysShow(
  context: CommandContext,
  _args: readonly string[],
  options: KeysOptions,
): Promise<ExitCode> {
  const { key, from, stored } = await signingKeyOrThrow(context, options);
  const nowMs = context.host.now();
  const iso = (ms: number): string => new Date(ms).toISOString();
  const created = stored === undefined ? null : iso(stored.createdAtMs);
  const retired = (stored?.retired ?? [])
    .filter(({ neededUntilMs }) => neededUntilMs > nowMs)
    .map(({ jwk, neededUntilMs }) => ({ kid: String(jwk['kid']), needed_until: iso(neededUntilMs) }));
  if (context.json) {
    await context.printJson({ version: 1, kid: key.kid, alg: key.alg, from, created_at: created, retired });
  } else {
    await context.print(
      [
        `kid: ${key.kid}`,
        `alg: ${key.alg}`,
        `from: ${from}`,
        ...(created === null ? [] : [`created: ${created}`]),
        ...retired.map(({ kid, needed_until }) => `retired: ${kid} (in the JWKS until ${needed_until})`),
      ].join('\n'),
    );
  }
  return EXIT.OK;
}
