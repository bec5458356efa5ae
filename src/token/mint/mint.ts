// Signs what policy decided to disclose: the JWT of `jwt_header` (spec: identity). A signed token is used again until it
// is due, for exactly the same caller's facts and nobody else's. The signing is jose's, loaded with the first of them.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { systemCode } from '../../errors.js';
import type { Host } from '../../host.js';
import type { SignedToken } from '../../policy/decide.js';
import type { IdentityToSign } from '../../policy/identity/disclose.js';
import { Secret } from '../../secret/secret.js';
import { canonicalJson } from './canonical-json.js';
import type { SigningKey } from './signing-key.js';

export interface MinterOptions {
  readonly key: SigningKey;
  /** `iss` of what is signed. */
  readonly issuer: string;
  readonly host: Pick<Host, 'now' | 'randomBytes'>;
}

/** Signed tokens that are kept. */
const MAX_TOKENS = 10_000;

/** A token is signed anew this long before it ends, or in the second half of a shorter life. */
const RENEWAL_SECONDS = 30;

/** Signed, or one clause that says why not. */
export type SignedIdentity = ({ readonly ok: true } & SignedToken) | { readonly ok: false; readonly message: string };

export type Minter = (toSign: IdentityToSign) => Promise<SignedIdentity>;

interface Minted {
  readonly mintedAtMs: number;
  readonly freshUntilMs: number;
  readonly signed: Promise<SignedIdentity>;
}

/** What it returns never rejects. */
export function createMinter({ key, issuer, host }: MinterOptions): Minter {
  const minted = new LRUCache<string, Minted>({ max: MAX_TOKENS });

  return async (toSign) => {
    // Everything that goes in, so that no two callers can ever share one.
    const facts = [toSign.claims, issuer, toSign.audience, key.kid, toSign.lifetimeSeconds, toSign.notAfterSeconds];
    const name = hash('sha256', canonicalJson(facts), 'base64');
    const nowMs = host.now();
    const known = minted.get(name);
    // A clock that was set back makes it old rather than young for ever.
    if (known !== undefined && nowMs >= known.mintedAtMs && nowMs < known.freshUntilMs) return known.signed;
    const { expSeconds, freshUntilMs } = lifeOf(toSign, nowMs);
    const signed = mint({ key, issuer, host, toSign, expSeconds, freshUntilMs });
    minted.set(name, { mintedAtMs: nowMs, freshUntilMs, signed });
    const outcome = await signed;
    if (!outcome.ok) minted.delete(name);
    return outcome;
  };
}

/** Never longer than the caller's own token; one that ends with it is not signed anew before. */
function lifeOf({ lifetimeSeconds, notAfterSeconds }: IdentityToSign, nowMs: number) {
  const ownEnd = Math.floor(nowMs / 1000) + lifetimeSeconds;
  const expSeconds = Math.floor(Math.min(ownEnd, notAfterSeconds ?? Infinity));
  const renewal = expSeconds < ownEnd ? 0 : Math.min(RENEWAL_SECONDS, lifetimeSeconds / 2);
  return { expSeconds, freshUntilMs: (expSeconds - renewal) * 1000 };
}

interface MintInput extends MinterOptions {
  readonly toSign: IdentityToSign;
  readonly expSeconds: number;
  readonly freshUntilMs: number;
}

async function mint({ key, issuer, host, toSign, expSeconds, freshUntilMs }: MintInput): Promise<SignedIdentity> {
  try {
    const { SignJWT } = await import('jose/jwt/sign');
    const payload = {
      ...toSign.claims,
      // Behind the claims: what the caller's token brought never overrides these.
      iss: issuer,
      aud: toSign.audience,
      iat: Math.min(Math.floor(host.now() / 1000), expSeconds),
      exp: expSeconds,
      jti: Buffer.from(host.randomBytes(16)).toString('base64url'),
    };
    const token = await new SignJWT(payload)
      .setProtectedHeader({ alg: key.alg, typ: 'JWT', kid: key.kid })
      .sign(key.privateKey);
    return { ok: true, token: new Secret(token), freshUntilMs };
  } catch (error) {
    return { ok: false, message: systemCode(error) ?? 'the key did not sign' };
  }
}
