// A strict reader of the part of XML that reports are written in: a declaration, elements, attributes in double
// quotes, text, the five entities and character references. Throws on whatever is not well-formed XML 1.0.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of this element alone. */
  readonly text: string;
}

export function parseXml(document: string): XmlElement {
  // Line ends become one kind before anything else (XML 1.0 section 2.11).
  const text = document.replace(/\r\n?/g, '\n');
  const bad = /[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.exec(text);
  if (bad !== null) throw new Error(`a character that XML does not have, at ${bad.index}`);
  const reader = { text, at: 0 };
  take(reader, /<\?xml version="1\.0" encoding="UTF-8"\?>\n/y);
  const root = element(reader);
  take(reader, /\n*$/y);
  return root;
}

interface Reader {
  readonly text: string;
  at: number;
}

function element(reader: Reader): XmlElement {
  const [, name = '', list = '', empty] = take(reader, /<([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w-]*="[^"<]*")*)\s*(\/)?>/y);
  const attributes: Record<string, string> = {};
  for (const [, key = '', value = ''] of list.matchAll(/([\w-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(attributes, key)) throw new Error(`the attribute ${key} stands twice`);
    // White space in an attribute becomes spaces (XML 1.0 section 3.3.3), unless it is a reference.
    attributes[key] = decoded(value.replace(/[\t\n]/g, ' '));
  }
  if (empty !== undefined) return { name, attributes, children: [], text: '' };
  const children: XmlElement[] = [];
  let text = '';
  while (!reader.text.startsWith('</', reader.at)) {
    if (reader.text.startsWith('<', reader.at)) children.push(element(reader));
    else text += decoded(take(reader, /[^<]+/y)[0]);
  }
  const [, closed] = take(reader, /<\/([\w-]+)>/y);
  if (closed !== name) throw new Error(`${name} is closed by ${closed ?? ''}`);
  return { name, attributes, children, text };
}

function take(reader: Reader, pattern: RegExp): RegExpExecArray {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.text);
  if (match === null)
    throw new Error(`not well-formed at ${reader.at}: ${reader.text.slice(reader.at, reader.at + 60)}`);
  reader.at = pattern.lastIndex;
  return match;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  if (text.includes(']]>')) throw new Error(']]> stands in a text');
  return text.replace(/&(#(\d+)|\w+)?;?/g, (reference, name: string | undefined, code: string | undefined) => {
    if (code !== undefined) return String.fromCodePoint(Number(code));
    const character = ENTITIES[name ?? ''];
    if (character === undefined || !reference.endsWith(';')) throw new Error(`no such entity: ${reference}`);
    return character;
  });
}
