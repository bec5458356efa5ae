// Secret references → their values, through the Host alone. One resolver serves one load of a configuration: within
// it every file is read once and every entry of the credential store is asked for once. No value ever stands in a
// problem.
import * as path from 'node:path';
import type { Host } from '../host.js';
import type { Found, ReferenceProblem } from './found.js';
import { referenceLabel, type Reference, type Template } from './reference.js';
import { Secret } from './secret.js';

export interface ReferenceWorld {
  readonly host: Pick<Host, 'env' | 'files' | 'keychain'>;
  /** Absolute; what `${file:…}` is relative to. */
  readonly directory: string;
}

export type Resolution =
  | { readonly kind: 'resolved'; readonly value: Secret }
  /** One for each reference that could not be resolved, which its sentence names. */
  | { readonly kind: 'unresolved'; readonly problems: readonly ReferenceProblem[] };

export interface Resolver {
  /** Puts the referenced values in. */
  readonly resolve: (template: Template) => Promise<Resolution>;
}

export function createResolver({ host, directory }: ReferenceWorld): Resolver {
  const known = new Map<string, Promise<Found>>();
  const once = (name: string, find: () => Promise<Found>): Promise<Found> => {
    const found = known.get(name) ?? find();
    known.set(name, found);
    return found;
  };
  let askKeychain: ((service: string, account: string) => Promise<Found>) | undefined;

  const find = async (reference: Reference): Promise<Found> => {
    switch (reference.kind) {
      case 'env':
        return variable(reference, host.env);
      case 'file': {
        const file = path.resolve(directory, reference.path);
        return once(`file ${file}`, async () => {
          const { readSecretFile } = await import('./secret-file.js');
          return readSecretFile({ files: host.files, file, written: reference.path });
        });
      }
      case 'keychain': {
        const { service, account } = reference;
        return once(`keychain ${service}/${account}`, async () => {
          askKeychain ??= (await import('./keychain-entry.js')).createKeychainReader(host);
          return askKeychain(service, account);
        });
      }
    }
  };
  return { resolve: (template) => filledIn(template, find) };
}

async function filledIn(template: Template, find: (reference: Reference) => Promise<Found>): Promise<Resolution> {
  const parts: string[] = [];
  const problems: ReferenceProblem[] = [];
  for (const part of template) {
    const found = typeof part === 'string' ? { value: part } : await find(part);
    if ('value' in found) parts.push(found.value);
    // The text is a reference's: a literal part has a value.
    else problems.push({ ...found.problem, message: `${labelled(part)}: ${found.problem.message}` });
  }
  if (problems.length > 0) return { kind: 'unresolved', problems };
  return { kind: 'resolved', value: new Secret(parts.join('')) };
}

function labelled(part: string | Reference): string {
  return typeof part === 'string' ? '' : `\`${referenceLabel(part)}\``;
}

/** A variable that is set but empty counts as unset: whoever forgot to fill it in should hear of it. */
function variable({ name, fallback }: Extract<Reference, { kind: 'env' }>, env: Host['env']): Found {
  // An own look-up: Node's environment object inherits from Object.prototype.
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined && value !== '') return { value };
  if (fallback !== undefined) return { value: fallback };
  return {
    problem: {
      message: `the environment variable is ${value === '' ? 'empty' : 'not set'}`,
      help: 'set it, or give a default: `${NAME:-default}`',
    },
  };
}
