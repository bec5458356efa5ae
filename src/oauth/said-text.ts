// What a stranger said (a provider's words, a subject, an address) as text for a terminal: nothing in it that a
// terminal could obey or that could make a line read differently from what it says.

/** Control characters, and invisible, bidirectional and line-separating format characters. */
const MISLEADING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The whole text, each misleading character as `\uXXXX`. */
export function escaped(text: string): string {
  return text.replaceAll(MISLEADING, (character) =>
    Array.from(
      { length: character.length },
      (_unit, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** For a sentence: on one line, without control characters, at most 200 characters. */
export function oneLine(text: string | undefined): string {
  return (text ?? '')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
