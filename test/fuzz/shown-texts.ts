// All that a terminal would show of an input.
import { diagnosticsText } from '../../src/cli/render/validation/diagnostics-text.js';
import { codeFrames } from '../../src/cli/render/validation/frame/code-frame.js';
import { maskedText } from '../../src/cli/render/validation/frame/masked-text.js';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';

export interface ShownTexts {
  /** The input without its credentials, as for a document that parses and for one that does not. */
  readonly masked: readonly string[];
  /** The diagnostics with the source around each. */
  readonly shown: string;
}

export async function shownTexts(diagnostics: readonly Diagnostic[], text: string): Promise<ShownTexts> {
  const report = { file: 'fuzz.json', text, diagnostics };
  const frames = await codeFrames([report], { color: false, columns: undefined });
  return {
    masked: [true, false].map((isBroken) => maskedText(text, { isBroken })),
    shown: diagnosticsText([report], { color: false, frames, quiet: false }),
  };
}
