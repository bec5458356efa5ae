// Colour on a terminal, for those who want it.

const CODES = { error: 31, warning: 33, note: 36, dim: 2 } as const;

export type Paint = (text: string, colour: keyof typeof CODES) => string;

/** Paints where colour is wanted, and leaves the text alone elsewhere. */
export function paintIf(isWanted: boolean): Paint {
  return (text, colour) => (isWanted && text !== '' ? `\u001B[${CODES[colour]}m${text}\u001B[0m` : text);
}
