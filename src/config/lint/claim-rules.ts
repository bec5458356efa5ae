// Every claim rule of a document as it is written: those of `claimValues`, and those of `tool_authorization`.
import type { Section } from '../document-kinds.js';
import type { Path } from '../path.js';
import { memberOf, membersOf } from '../raw-value.js';

export interface WrittenRule {
  readonly claim: string;
  /** `{ "values", "matchType" }`, of any type while the document may have errors. */
  readonly rule: unknown;
  readonly path: Path;
}

export function writtenRules({ path, value }: Section): readonly WrittenRule[] {
  const claimValues = memberOf(memberOf(value, 'jwt_validation'), 'claimValues');
  return [
    ...rulesAt(claimValues, [...path, 'jwt_validation', 'claimValues']),
    ...membersOf(memberOf(value, 'tool_authorization')).flatMap(([tool, entry]) =>
      rulesAt(memberOf(entry, 'required_claims'), [...path, 'tool_authorization', tool, 'required_claims']),
    ),
  ];
}

function rulesAt(rules: unknown, path: Path): readonly WrittenRule[] {
  return membersOf(rules).map(([claim, rule]) => ({ claim, rule, path: [...path, claim] }));
}
