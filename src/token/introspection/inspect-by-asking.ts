// One pass over one token that the identity provider is asked about (spec: token rules, step 6): opaque, or a JWT that
// is taken for one. All claims are those of the answer.
import type { Host } from '../../host.js';
import { invalidToken, type FailedCheck } from '../../policy/failed-check.js';
import type { IntrospectionSource, TokenRules } from '../../policy/model.js';
import { claimFailures } from '../../policy/required-claims.js';
import { timeFailures, tokenAgeFailure } from '../../policy/token-times.js';
import { outOfTime, refused, tooLarge, type Inspection, type Inspector } from '../inspection.js';
import { rulesFingerprint } from '../rules-fingerprint.js';
import { createAnswerCache } from './answer-cache.js';
import { ask, type IntrospectionAnswer } from './ask.js';

export interface AskingInspectorOptions {
  readonly rules: TokenRules;
  /** The source of the rules. */
  readonly source: IntrospectionSource;
  readonly host: Pick<Host, 'now' | 'fetch'>;
}

/** b64token (RFC 6750 section 2.1): what else could stand behind `Bearer` is none, and goes nowhere. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

export function createIntrospectionInspector({ rules, source, host }: AskingInspectorOptions): Inspector {
  const maxAgeSeconds = source.cacheMaxAgeSeconds;
  const cache =
    maxAgeSeconds > 0
      ? createAnswerCache({ maxAgeSeconds, fingerprint: rulesFingerprint(rules), now: host.now })
      : undefined;
  const question = (token: string): Promise<IntrospectionAnswer> => ask({ source, host, token });

  return {
    recall: async (token) =>
      unsent(token) ??
      inspectAnswer({
        answer: await (cache === undefined ? question(token) : cache.get(token, () => question(token))),
        rules,
        nowMs: host.now(),
      }),
    inspect: async (token, now) =>
      unsent(token) ?? inspectAnswer({ answer: await question(token), rules, nowMs: now() }),
  };
}

/** Why a token is not even asked about. */
function unsent(token: string): Inspection | undefined {
  const oversized = tooLarge(token);
  if (oversized !== undefined || B64TOKEN.test(token)) return oversized;
  const flaw = 'a character is not one that a bearer token can have (RFC 6750)';
  return refused(invalidToken('format', 'MALFORMED', token === '' ? 'it is empty' : flaw));
}

interface AnswerInput {
  readonly answer: IntrospectionAnswer;
  readonly rules: TokenRules;
  readonly nowMs: number;
}

function inspectAnswer({ answer, rules, nowMs }: AnswerInput): Inspection {
  switch (answer.outcome) {
    case 'undecided':
      return { failures: [], notReached: 'introspection', undecided: answer.message };
    case 'inactive':
      return refused(inactive(answer.detail));
    case 'active': {
      const { claims } = answer;
      const untimely = timeFailures({ payload: claims, rules, nowMs });
      if (untimely.length > 0) return { ...outOfTime(untimely, 'token-age'), claims };
      const age = tokenAgeFailure({ payload: claims, rules, nowMs });
      const failures = claimFailures({ rules, claims, header: undefined });
      return { failures: age === undefined ? failures : [age, ...failures], notReached: undefined, claims };
    }
  }
}

function inactive(detail: string): FailedCheck {
  return { check: 'introspection', reason: 'INACTIVE', message: 'Token is not active', details: [detail] };
}
