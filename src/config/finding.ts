// Something found in a document, before it has a file, a line and a column.
import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Path } from './path.js';

export interface Finding {
  readonly code: DiagnosticCode;
  readonly path: Path;
  /** Which half of the member the finding is about: the key (an unknown one, a bad name) or the value. */
  readonly part: 'key' | 'value';
  /** One sentence. Never quotes a configured value: it may be a secret. */
  readonly message: string;
  readonly help?: string | undefined;
  /** Of a key that repeats: where in the text its first one starts. The help then names that place. */
  readonly firstOffset?: number;
}
