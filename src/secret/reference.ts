// What a secret reference is: `${NAME}`, `${env:NAME}`, `${NAME:-default}`, `${file:path}`,
// `${keychain:service/account}`, and `$${` for a literal `${` (spec: config, "Secret references"). Pure.
import { redact } from './redact.js';

export type Reference =
  | { readonly kind: 'env'; readonly name: string; readonly fallback: string | undefined }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'keychain'; readonly service: string; readonly account: string };

/** Literal text and references, in order. */
export type Template = readonly (string | Reference)[];

export type ParsedText =
  /** No reference in it; escapes are undone. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'template'; readonly template: Template; readonly references: readonly Reference[] }
  /** A `${` that starts no reference. */
  | { readonly kind: 'malformed' };

const ENVIRONMENT = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const FILE = /^file:(.+)$/s;
const KEYCHAIN = /^keychain:([^/]+)\/(.+)$/s;

/** What a configured text holds. */
export function parseReferences(text: string): ParsedText {
  if (!text.includes('${')) return { kind: 'literal', text };
  const template: (string | Reference)[] = [];
  let literal = '';
  for (let index = 0; index < text.length;) {
    if (text.startsWith('$${', index)) {
      literal += '${';
      index += 3;
    } else if (text.startsWith('${', index)) {
      const end = text.indexOf('}', index);
      const reference = end === -1 ? undefined : parseReference(text.slice(index + 2, end));
      if (reference === undefined) return { kind: 'malformed' };
      if (literal !== '') template.push(literal);
      literal = '';
      template.push(reference);
      index = end + 1;
    } else {
      literal += text.charAt(index);
      index += 1;
    }
  }
  if (literal !== '') template.push(literal);
  const references = template.filter((part) => typeof part !== 'string');
  return references.length === 0 ? { kind: 'literal', text: literal } : { kind: 'template', template, references };
}

function parseReference(body: string): Reference | undefined {
  // References do not nest, and a default ends at the first brace: `${A:-${B}}` would quietly mean something else.
  if (body.includes('{')) return undefined;
  const environment = ENVIRONMENT.exec(body);
  if (environment?.[1] !== undefined) return { kind: 'env', name: environment[1], fallback: environment[2] };
  const file = FILE.exec(body)?.[1];
  if (file !== undefined) return { kind: 'file', path: file };
  const [, service, account] = KEYCHAIN.exec(body) ?? [];
  return service === undefined || account === undefined ? undefined : { kind: 'keychain', service, account };
}

/**
 * The reference as its author wrote it, but without a default: that may be a secret itself, also where a default means
 * nothing. A credential where a name belongs is left out.
 */
export function referenceLabel(reference: Reference): string {
  return redact(`\${${nameOf(reference).split(':-')[0]}}`);
}

function nameOf(reference: Reference): string {
  switch (reference.kind) {
    case 'env':
      return reference.name;
    case 'file':
      return `file:${reference.path}`;
    case 'keychain':
      return `keychain:${reference.service}/${reference.account}`;
  }
}
