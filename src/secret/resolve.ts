// Secret references in configured texts: `${NAME}`, `${env:NAME}`, `${NAME:-default}`, `${file:path}`,
// `${keychain:service/account}`, and `$${` for a literal `${` (spec: config, "Secret references"). Parsing is pure;
// resolving touches the world through the Host alone. No value ever stands in a reason.
import * as path from 'node:path';
import { unreadableFile } from '../errors.js';
import type { Host } from '../host.js';
import { Secret } from './secret.js';

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

/** What a configured text holds. References do not nest. */
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
  const environment = ENVIRONMENT.exec(body);
  if (environment?.[1] !== undefined) return { kind: 'env', name: environment[1], fallback: environment[2] };
  const file = FILE.exec(body)?.[1];
  if (file !== undefined) return { kind: 'file', path: file };
  const [, service, account] = KEYCHAIN.exec(body) ?? [];
  return service === undefined || account === undefined ? undefined : { kind: 'keychain', service, account };
}

/** The reference as its author wrote it, but without a default: that may be a secret itself. */
export function referenceLabel(reference: Reference): string {
  switch (reference.kind) {
    case 'env':
      return `\${${reference.name}}`;
    case 'file':
      return `\${file:${reference.path}}`;
    case 'keychain':
      return `\${keychain:${reference.service}/${reference.account}}`;
  }
}

export interface ReferenceWorld {
  readonly host: Pick<Host, 'env' | 'files'>;
  /** Absolute; what `${file:…}` is relative to. */
  readonly directory: string;
}

export type Resolution =
  | { readonly kind: 'resolved'; readonly value: Secret }
  /** One sentence for each reference that could not be resolved, which it names. */
  | { readonly kind: 'unresolved'; readonly reasons: readonly string[] };

/** Puts the referenced values in. A variable that is set but empty counts as unresolved, unless it has a default. */
export async function resolveTemplate(template: Template, world: ReferenceWorld): Promise<Resolution> {
  const parts: string[] = [];
  const reasons: string[] = [];
  for (const part of template) {
    const outcome = typeof part === 'string' ? { value: part } : await resolveReference(part, world);
    if ('value' in outcome) parts.push(outcome.value);
    else reasons.push(outcome.reason);
  }
  if (reasons.length > 0) return { kind: 'unresolved', reasons };
  return { kind: 'resolved', value: new Secret(parts.join('')) };
}

type Outcome = { readonly value: string } | { readonly reason: string };

async function resolveReference(reference: Reference, { host, directory }: ReferenceWorld): Promise<Outcome> {
  const label = `\`${referenceLabel(reference)}\``;
  switch (reference.kind) {
    case 'env': {
      // An own look-up: Node's environment object inherits from Object.prototype.
      const value = Object.hasOwn(host.env, reference.name) ? host.env[reference.name] : undefined;
      if (value !== undefined && value !== '') return { value };
      if (reference.fallback !== undefined) return { value: reference.fallback };
      return { reason: `${label}: the environment variable is ${value === '' ? 'empty' : 'not set'}` };
    }
    case 'file':
      try {
        const text = await host.files.readText(path.resolve(directory, reference.path));
        return { value: text.replace(/\r?\n$/, '') };
      } catch (error) {
        return { reason: `${label}: ${unreadableFile(reference.path, error).message}` };
      }
    case 'keychain':
      return { reason: `${label}: this version does not read the keychain` };
  }
}
