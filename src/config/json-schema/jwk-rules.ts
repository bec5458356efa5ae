// What makes a key of `jwks` usable (schema/jwk.ts), as JSON Schema.
import { PRIVATE_MEMBERS } from '../../policy/key-fit.js';
import { PUBLIC_MEMBERS } from '../schema/jwk.js';
import { definition, given, type JsonSchema, type JsonSchemaObject } from './schema-words.js';
import { base64url } from './text-facets.js';

const TYPES = Object.keys(PUBLIC_MEMBERS);

/** At least one key, and at least one of a type that verifies signatures. */
export const keyListRules: JsonSchemaObject = {
  minItems: 1,
  contains: {
    type: 'object',
    properties: { kty: { anyOf: [{ enum: TYPES }, definition('secret-reference')] } },
    required: ['kty'],
  },
};

/** Private members are refused in a key of any type, and so is a symmetric key. */
export const jwkMembers: Readonly<Record<string, JsonSchema>> = {
  kty: { not: { const: 'oct' } },
  ...Object.fromEntries(PRIVATE_MEMBERS.map((member) => [member, false])),
};

/** 2048 bits are 256 bytes, which are 342 characters; leading zeros only make it longer. */
const MODULUS_CHARACTERS = 342;

const MEMBERS: Readonly<Record<string, JsonSchemaObject>> = {
  n: base64url(MODULUS_CHARACTERS),
  e: base64url(1),
  crv: { type: 'string' },
  x: base64url(1),
  y: base64url(1),
};

/** What a key of each type consists of. */
export const jwkRules: JsonSchemaObject = {
  allOf: Object.entries(PUBLIC_MEMBERS).map(([kty, required]) =>
    given(
      { properties: { kty: { const: kty } }, required: ['kty'] },
      { properties: Object.fromEntries(checkedMembers(kty, required)), required },
    ),
  ),
};

/** A `y` is looked at wherever there are coordinates, although OKP keys need none. */
function checkedMembers(kty: string, required: readonly string[]): readonly (readonly [string, JsonSchema])[] {
  const members = kty === 'RSA' ? required : [...new Set([...required, 'y'])];
  return members.map((member) => [member, MEMBERS[member] ?? true]);
}
