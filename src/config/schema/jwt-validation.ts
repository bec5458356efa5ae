// `jwt_validation` (spec: token rules, "Fields").
import * as z from 'zod/mini';
import { SIGNATURE_ALGORITHMS } from '../../policy/model.js';
import { durationSeconds } from './duration.js';
import { hasMember, memberOf, type RawObject } from '../raw-value.js';
import { claimRules } from './claim-rule.js';
import { headerName } from './headers.js';
import { jwkSet, keyProblems } from './jwk.js';
import { closedObject, integerBetween, numberFrom, textThat, type Problem } from './structure.js';
import { endpointUrl } from './url.js';

/** What only a JWT's header can satisfy. */
const OF_JWT_HEADERS = ['headerPayloadMatch', 'typ'];

const METHODS = ['jwksUri', 'jwks', 'introspectEndpoint'];

const algorithm = textThat('algorithm', algorithmProblem);
const seconds = integerBetween(0, Number.MAX_SAFE_INTEGER);

export const jwtValidation = closedObject(
  {
    jwksUri: z.optional(endpointUrl),
    jwks: z.optional(jwkSet),
    introspectEndpoint: z.optional(endpointUrl),
    algorithms: z.optional(z.array(algorithm)),
    headerKey: z.optional(headerName),
    clockTolerance: z.optional(numberFrom(0, 'must not be negative')),
    maxTokenAge: z.optional(
      textThat('duration', (text) =>
        durationSeconds(text) === undefined
          ? { code: 'MCPGW111', says: 'must be a duration: an integer above 0 and s, m, h or d ("30s", "12h")' }
          : undefined,
      ),
    ),
    cacheMaxAge: z.optional(seconds),
    requiredClaims: z.optional(z.array(z.string())),
    claimValues: z.optional(claimRules),
    headerPayloadMatch: z.optional(z.array(z.string())),
    introspectClientId: z.optional(z.string()),
    introspectClientSecret: z.optional(z.string()),
    introspectContentType: z.optional(textThat('introspection-media-type', mediaTypeProblem)),
    introspectCacheMaxAge: z.optional(seconds),
    requireExp: z.optional(z.boolean()),
    typ: z.optional(z.string()),
  },
  { alsoCheck: rulesProblems },
);

function* rulesProblems(rules: RawObject): Iterable<Problem> {
  yield* methodProblems(rules);
  for (const problem of keyProblems(memberOf(rules, 'jwks'))) {
    yield { ...problem, at: ['jwks', ...(problem.at ?? [])] };
  }
  const algorithms = memberOf(rules, 'algorithms');
  if (Array.isArray(algorithms) && algorithms.length === 0) {
    yield {
      code: 'MCPGW112',
      says: 'must name an algorithm',
      help: 'without the key, RS256 alone holds',
      at: ['algorithms'],
    };
  }
  for (const key of hasMember(rules, 'introspectEndpoint') ? OF_JWT_HEADERS : []) {
    if (!hasMember(rules, key)) continue;
    yield {
      code: 'MCPGW114',
      says: 'cannot be used with `introspectEndpoint`: an answer of introspection has no JWT header',
      at: [key],
      part: 'key',
    };
  }
  if (hasMember(rules, 'introspectClientSecret') && !hasMember(rules, 'introspectClientId')) {
    yield { code: 'MCPGW114', says: 'needs `introspectClientId`', at: ['introspectClientSecret'], part: 'key' };
  }
}

function* methodProblems(rules: RawObject): Iterable<Problem> {
  const [first, second] = Object.keys(rules).filter((key) => METHODS.includes(key));
  if (first === undefined) {
    yield {
      code: 'MCPGW108',
      says: 'needs one of `jwksUri`, `jwks` and `introspectEndpoint`: nothing says how a token is verified',
    };
  } else if (second !== undefined) {
    yield {
      code: 'MCPGW108',
      says: `cannot stand beside \`${first}\`: a token is verified in one way`,
      at: [second],
      part: 'key',
    };
  }
}

function algorithmProblem(name: string): Problem | undefined {
  // A list of the model: `includes` wants its element type, and the name may be any text.
  if ((SIGNATURE_ALGORITHMS as readonly string[]).includes(name)) return undefined;
  const known = SIGNATURE_ALGORITHMS.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (known !== undefined) {
    return { code: 'MCPGW112', says: 'is not an algorithm: case matters', help: `did you mean \`${known}\`?` };
  }
  const lower = name.toLowerCase();
  if (lower === 'none') return { code: 'MCPGW112', says: 'must not be `none`: anyone could write such a token' };
  if (/^hs\d/.test(lower)) {
    return { code: 'MCPGW112', says: 'is symmetric: a gateway verifies with public keys only' };
  }
  return { code: 'MCPGW112', says: `is not one of ${SIGNATURE_ALGORITHMS.join(', ')}` };
}

function mediaTypeProblem(text: string): Problem | undefined {
  return /^application\/(?:x-www-form-urlencoded|json)[\t ]*(?:;[\x20-\x7e\t]*)?$/i.test(text)
    ? undefined
    : { code: 'MCPGW105', says: 'must be `application/x-www-form-urlencoded` or `application/json`' };
}
