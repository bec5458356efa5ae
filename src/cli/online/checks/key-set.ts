// Whether a set of keys is of any use: by the very rules by which tokens are verified (spec: token rules, step 5).
import { createKeySet } from '../../../token/keys/key-set.js';
import { misfit, SHORT_MODULUS } from '../../../policy/key-fit.js';
import type { LintFinding } from '../../../config/lint.js';
import type { Path } from '../../../config/path.js';
import type { SignatureAlgorithm } from '../../../policy/model.js';
import { onlineFinding } from '../online-finding.js';

export interface KeySetSubject {
  readonly keys: readonly unknown[];
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly path: Path;
  /** How a sentence calls the set. */
  readonly name: string;
  /** False: the reasons would tell which algorithms are configured, and those came from a reference. */
  readonly mayTellWhy: boolean;
}

const MOST_REASONS = 3;

export function keySetFindings({ keys, algorithms, path, name, mayTellWhy }: KeySetSubject): readonly LintFinding[] {
  const { entries } = createKeySet(keys);
  const fits = algorithms.map((alg) => ({ alg, misfits: entries.map(({ jwk }) => misfit(jwk, alg)) }));
  const isUsable = fits.some(({ misfits }) => misfits.includes(undefined));
  const rsa = fits.filter(({ alg }) => alg.startsWith('RS') || alg.startsWith('PS'));
  const isRsaUsable = rsa.some(({ misfits }) => misfits.includes(undefined));
  if (!isRsaUsable && rsa.some(({ misfits }) => misfits.includes(SHORT_MODULUS))) {
    return [
      onlineFinding('MCPGW205', {
        path,
        severity: isUsable ? 'warning' : 'error',
        message: `${name} has no RSA key of 2048 bits or more, and shorter ones verify nothing`,
      }),
    ];
  }
  if (isUsable) return [];
  const reasons = [...new Set(fits.flatMap(({ misfits }) => misfits))].slice(0, MOST_REASONS);
  const why = entries.length === 0 ? ': it holds no key at all' : mayTellWhy ? ` (${reasons.join('; ')})` : '';
  return [onlineFinding('MCPGW204', { path, message: `${name} has no key that fits the algorithms${why}` })];
}
