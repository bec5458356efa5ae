// `user_identity_forwarding` (spec: identity).
import * as z from 'zod/mini';
import { headerName } from './headers.js';
import { closedObject, integerBetween } from './structure.js';

export const identityForwarding = closedObject({
  method: z.enum(['claims_header', 'bearer', 'jwt_header']),
  include_claims: z.optional(z.array(z.string())),
  header_name: z.optional(headerName),
  jwt_expiry_seconds: z.optional(integerBetween(1, 86_400)),
  audience: z.optional(z.string()),
  on_missing: z.optional(z.enum(['refuse', 'anonymous'])),
});
