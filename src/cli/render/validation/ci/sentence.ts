// Clauses (a message, a rule's help) as sentences, for formats that set several one behind the other.

/** With a capital letter, unless a key stands first; with a full stop, unless it would become part of code. */
export function asSentence(clause: string): string {
  const sentence = clause.replace(/^[a-z](?=[a-z]*(?!\w))/, (letter) => letter.toUpperCase());
  return /[\w`)]$/.test(sentence) ? `${sentence}.` : sentence;
}
