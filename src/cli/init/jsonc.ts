// Writes JSON with comments: two spaces a level, comments above the key that they are about, lines of at most 120
// characters where the values allow it, no trailing commas. Knows nothing of configurations.

const WIDTH = 120;

export type JsonValue = string | boolean | readonly string[] | Members;

export interface Members {
  readonly members: readonly Member[];
  /** A blank line between the members. */
  readonly isSpaced?: boolean;
}

export interface Member {
  readonly key: string;
  readonly value: JsonValue;
  /** One paragraph. */
  readonly comment?: string;
  /** A line of its own directly above the key, kept as it is: an instruction to a tool. */
  readonly instruction?: string;
  /** The member is written as a comment, ready to be switched on. Never the last one: a comma follows. */
  readonly isOff?: true;
}

/** The document, with a line break at its end. */
export function jsoncText(document: Members): string {
  return `{\n${memberLines(document, '  ').join('\n')}\n}\n`;
}

/** Comment lines of a paragraph; with a bullet, later lines stand under the text of the first. */
export function commentLines(paragraph: string, { indent = '', bullet = '' } = {}): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const width = WIDTH - indent.length - '// '.length - bullet.length;
  for (const word of paragraph.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  const hanging = ' '.repeat(bullet.length);
  return lines.map((text, index) => `${indent}// ${index === 0 ? bullet : hanging}${text}`);
}

function memberLines({ members, isSpaced }: Members, indent: string): readonly string[] {
  const last = members.findLastIndex((member) => member.isOff !== true);
  return members.flatMap((member, index) => [
    ...(isSpaced === true && index > 0 ? [''] : []),
    ...(member.comment === undefined ? [] : commentLines(member.comment, { indent })),
    ...(member.instruction === undefined ? [] : [`${indent}// ${member.instruction}`]),
    ...keyLines(member, { indent, comma: index === last ? '' : ',' }),
  ]);
}

interface Surroundings {
  readonly indent: string;
  readonly comma: string;
}

function keyLines(member: Member, { indent, comma }: Surroundings): readonly string[] {
  if (member.isOff === true) {
    const lines = keyLines({ key: member.key, value: member.value }, { indent, comma: ',' });
    return lines.map((line) => `${indent}// ${line.slice(indent.length)}`);
  }
  const start = `${indent}${JSON.stringify(member.key)}: `;
  const inline = inlineText(member.value);
  // An off member gets three more characters at its front.
  if (inline !== undefined && start.length + inline.length + comma.length + 3 <= WIDTH) {
    return [`${start}${inline}${comma}`];
  }
  if (typeof member.value === 'string' || typeof member.value === 'boolean') return [`${start}${inline}${comma}`];
  const inner = `${indent}  `;
  if (!isMembers(member.value)) {
    const { length } = member.value;
    const lines = member.value.map((text, index) => `${inner}${JSON.stringify(text)}${index < length - 1 ? ',' : ''}`);
    return [`${start}[`, ...lines, `${indent}]${comma}`];
  }
  return [`${start}{`, ...memberLines(member.value, inner), `${indent}}${comma}`];
}

/** On one line; undefined for an object with a comment in it. */
function inlineText(value: JsonValue): string | undefined {
  if (!isMembers(value)) {
    return Array.isArray(value) ? `[${value.map((text) => JSON.stringify(text)).join(', ')}]` : JSON.stringify(value);
  }
  const parts = value.members.map((member) => {
    const hasRemark = member.comment !== undefined || member.instruction !== undefined || member.isOff === true;
    const text = hasRemark ? undefined : inlineText(member.value);
    return text === undefined ? undefined : `${JSON.stringify(member.key)}: ${text}`;
  });
  return parts.includes(undefined) ? undefined : `{ ${parts.join(', ')} }`;
}

function isMembers(value: JsonValue): value is Members {
  return typeof value === 'object' && 'members' in value;
}
