// What is known of every diagnostic code, whether of an error, a lint rule or `--online`: for formats that explain the codes beside the
// findings, and for the reference pages.
import { RULES } from '../../../config/lint.js';
import { ERROR_CODES, ONLINE_CODES, type DiagnosticCode } from '../../../diagnostics/codes.js';
import type { Severity } from '../../../diagnostics/diagnostic.js';
import { ERROR_FACTS } from '../../../diagnostics/error-facts.js';
import { ONLINE_FACTS } from '../../online/online-facts.js';
import { helpUri } from '../../../diagnostics/help-uri.js';

export interface CodeFacts {
  readonly code: DiagnosticCode;
  readonly kind: 'error' | 'rule' | 'online';
  /** In kebab case. */
  readonly name: string;
  /** What is wrong, as a clause. */
  readonly summary: string;
  /** What can go wrong, in sentences. */
  readonly why: string;
  /** What to do, as a clause. */
  readonly help: string;
  /** The severity that the code has by default. */
  readonly level: Severity;
  readonly helpUri: string;
}

/** Every code once, in order. */
export function codeFacts(): readonly CodeFacts[] {
  const rules = RULES.map(({ code, name, meaning, why, help, severity }): CodeFacts => ({
    code,
    kind: 'rule',
    name,
    summary: meaning,
    why,
    help,
    level: severity,
    helpUri: helpUri(code),
  }));
  // Object.entries forgets the type of keys.
  const errors = (Object.entries(ERROR_CODES) as [keyof typeof ERROR_CODES, string][]).map(
    ([code, summary]): CodeFacts => ({
      code,
      kind: 'error',
      ...ERROR_FACTS[code],
      summary,
      level: 'error',
      helpUri: helpUri(code),
    }),
  );
  const online = (Object.entries(ONLINE_CODES) as [keyof typeof ONLINE_CODES, string][]).map(
    ([code, name]): CodeFacts => {
      const { severity, meaning, why, help } = ONLINE_FACTS[code];
      return { code, kind: 'online', name, summary: meaning, why, help, level: severity, helpUri: helpUri(code) };
    },
  );
  return [...rules, ...errors, ...online];
}
