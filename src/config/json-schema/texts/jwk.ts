// `jwks`: public keys (RFC 7517, RFC 7518 section 6, RFC 8037). Members that are not listed are left alone.
import type { KeyTexts } from '../key-text.js';

export const jwkSetTexts: KeyTexts = {
  keys: {
    means: 'The public keys: at least one of type RSA (2048 bits or more), EC or OKP.',
    examples: [[{ kty: 'OKP', crv: 'Ed25519', kid: 'k1', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }]],
  },
};

export const publicJwkTexts: KeyTexts = {
  kty: { means: 'The type of the key: RSA, EC or OKP. Symmetric keys (`oct`) are refused.', examples: ['OKP'] },
  kid: { means: "The key's id. A token that names one is verified with that key alone.", examples: ['k1'] },
  alg: { means: 'The only algorithm that the key is used with.', examples: ['RS256'] },
  use: { means: 'What the key is for. Only `sig` verifies signatures.', examples: ['sig'] },
  key_ops: { means: 'What the key may do. A list without `verify` rules the key out.', examples: [['verify']] },
  n: { means: 'RSA: the modulus, in base64url without padding.' },
  e: { means: 'RSA: the exponent, in base64url without padding.', examples: ['AQAB'] },
  crv: { means: 'EC and OKP: the curve.', examples: ['P-256', 'Ed25519'] },
  x: { means: 'EC and OKP: the x coordinate or the public key, in base64url without padding.' },
  y: { means: 'EC: the y coordinate, in base64url without padding.' },
};

export const assertionKeyTexts: KeyTexts = {
  kty: { means: 'The type of the key.', examples: ['RSA', 'EC', 'OKP'] },
};
