// `{ "values", "matchType" }`: a member of `claimValues` and of `required_claims` (spec: token rules, "Claim matching").
import type { claimRule } from '../../schema/claim-rule.js';
import type { TextsOf } from '../key-text.js';

export const claimRuleTexts: TextsOf<typeof claimRule> = {
  values: {
    means:
      'What the claim is compared with, as text: a text, number or boolean, or a list of them. `scope` and `scp` are split at spaces first.',
    examples: ['https://idp.example.com', ['engineering', 'operations']],
  },
  matchType: {
    means: 'How the claim is compared. Case matters.',
    default: 'exact',
    values: {
      exact: 'The claim has exactly one element, and it is the one value.',
      contains: 'At least one of the values is an element of the claim.',
      containsAll: 'Every one of the values is an element of the claim.',
      regex:
        'One of the patterns (RE2 syntax, linear time) matches an element. Without ^ and $ a part of it is enough.',
    },
  },
};
