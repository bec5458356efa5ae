// Names for diagnostics that stay the same when lines are added above them: by code and pointer, counted where one
// place has several. Trackers (code scanning, test reports) tell old findings from new ones by them.
import type { Diagnostic } from '../../../../diagnostics/diagnostic.js';

/** `MCPGW102 /headers/A`, and `MCPGW102 /headers/A (2)` for the second one there; in the order of the diagnostics. */
export function findingNames(diagnostics: readonly Diagnostic[]): readonly string[] {
  const counts = new Map<string, number>();
  return diagnostics.map(({ code, pointer }) => {
    const name = pointer === '' ? code : `${code} ${pointer}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
