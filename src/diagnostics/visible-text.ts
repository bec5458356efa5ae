// A stranger's text (a key, a file's name, a line of a file) for a terminal or a log: whatever a terminal could obey,
// whatever cannot be seen, and whatever makes a line read differently from what it says is written out as JSON would
// write it (`\u202e`), so that one line stays one line and says what it says.

/**
 * Controls, format characters (the bidirectional ones among them), halves of surrogate pairs, line and paragraph
 * separators, other characters that show nothing, and every space but the common one.
 */
const MISLEADING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** The text on one line, with everything misleading escaped. */
export function visibleText(text: string): string {
  return text.replace(MISLEADING, escapedCharacter);
}

/** `\uXXXX` for each UTF-16 unit. */
export function escapedCharacter(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16);
    return `\\u${unit.padStart(4, '0')}`;
  }).join('');
}
