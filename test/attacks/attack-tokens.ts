// Every attack that a token or its key set makes, by class.
import { algorithmConfusion, noneVariants } from './cases/algorithms.js';
import { claims } from './cases/claims.js';
import { encodings, wrongText } from './cases/encoding.js';
import { headerKeys } from './cases/header-keys.js';
import { jwkPolicy } from './cases/jwk-policy.js';
import { signatureForms } from './cases/signatures.js';
import { headerMembers, structures } from './cases/structure.js';
import { times } from './cases/times.js';
import type { Attacks, Stage } from './stage.js';

const CLASSES: Readonly<Record<string, (stage: Stage) => Attacks>> = {
  'none variants': noneVariants,
  'algorithm confusion': algorithmConfusion,
  'keys in the header': headerKeys,
  'signature forms': signatureForms,
  encoding: encodings,
  'wrong text': wrongText,
  structure: structures,
  'header members': headerMembers,
  times,
  claims,
  'JWK policy': jwkPolicy,
};

export function attackTokens(stage: Stage): Readonly<Record<string, Attacks>> {
  return Object.fromEntries(Object.entries(CLASSES).map(([name, attacks]) => [name, attacks(stage)]));
}
