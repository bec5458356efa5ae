// A decision with its signature, where the identity that goes upstream has to be signed. `serve` and `simulate` both ask
// here. INVARIANT: nothing unsigned ever goes in place of a signed identity.
import { decide, type DecideInput, type Decision, type SignedToken } from '../policy/decide.js';
import type { IdentityToSign } from '../policy/identity/disclose.js';

/** Signs an identity, as the command that starts the gateway passes it in. Never rejects. */
export type SignIdentity = (
  toSign: IdentityToSign,
) => Promise<({ readonly ok: true } & SignedToken) | { readonly ok: false; readonly message: string }>;

export interface SignedDecisionInput extends DecideInput {
  /** Undefined where nobody has a key. */
  readonly sign: SignIdentity | undefined;
}

export async function signedDecision(input: SignedDecisionInput): Promise<Decision> {
  const decision = decide(input);
  if (decision.verdict !== 'to-sign') return decision;
  const signed = await input.sign?.(decision.toSign);
  if (signed?.ok === true) return decision.signed(signed);
  const why = signed === undefined ? 'there is no signing key' : signed.message;
  return { verdict: 'undecided', message: `The identity could not be signed: ${why}` };
}
