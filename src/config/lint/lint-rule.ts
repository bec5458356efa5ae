// What a lint rule is: a name, a stable code, and a check over the sections of a document. Rules run on documents
// that may have errors, too, so they expect values of any type.
import type { RuleCode } from '../../diagnostics/codes.js';
import type { Patterns } from '../claim-patterns.js';
import type { Layout } from '../document-kinds.js';
import type { Path } from '../path.js';
import type { JudgedRule } from './judged-rules.js';
import type { PlacedDefault } from '../references.js';

/** A document as the checks left it. */
export interface LintDocument {
  readonly layout: Layout;
  /** Whether the value at a place came from a secret reference: rules about texts leave it alone. */
  readonly isReference: (path: Path) => boolean;
  /** Whether that reference has no value here: the text is then the file's own. */
  readonly isUndetermined: (path: Path) => boolean;
  /** The defaults of secret references (`${NAME:-default}`): they are the file's own, and stand in it. */
  readonly defaults: readonly PlacedDefault[];
  /** The compiled regular expressions of claim rules; those that do not compile are not among them. */
  readonly patterns: Patterns;
  /** Users of this machine other than the file's owner can read it. */
  readonly readableByOthers: boolean;
  /** Places of paths of private keys that they can read, too. */
  readonly exposedKeys: ReadonlySet<string>;
  /** A key that signs identities is at hand, outside the document; true where nobody looked. */
  readonly hasSigningKey: boolean;
}

export interface LintSubject extends LintDocument {
  /** Found out once for all rules that ask. */
  readonly judgedRules: () => readonly JudgedRule[];
}

export interface LintMatch {
  readonly path: Path;
  /** The value by default. */
  readonly part?: 'key' | 'value';
  /** One sentence. Never quotes a configured value. */
  readonly message: string;
  /** In place of the rule's own help. */
  readonly help?: string;
}

/** What people are told of a rule. */
export interface RuleFacts {
  /** The file's name, and its folder's in test/golden/lint/. */
  readonly name: string;
  readonly code: RuleCode;
  readonly severity: 'warning' | 'note';
  /** What the rule looks for. */
  readonly meaning: string;
  /** What can go wrong. */
  readonly why: string;
  /** What to do. */
  readonly help: string;
}

export interface LintRule extends RuleFacts {
  readonly check: (subject: LintSubject) => Iterable<LintMatch>;
}
