// Whether a text still has a gap that its author was to fill: `{project-id}`, `<issuer>`, `YOUR_TENANT`.

export function looksLikePlaceholder(text: string): boolean {
  return /(?<!\$)\{[A-Za-z][\w .-]*\}|<[A-Za-z][^<>]*>|\bYOUR[_-][A-Z]/.test(text);
}
