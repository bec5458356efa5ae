// What a stranger said (a provider's words) as a part of our own sentence.

/** For a sentence: on one line, without control characters, at most 200 characters. */
export function oneLine(text: string | undefined): string {
  return (text ?? '')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
