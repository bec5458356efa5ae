// What a starter is: an identity provider's facts, as the questions that it needs answered and the settings that
// follow from the answers. One file a provider in idps/.
import type { Member } from './jsonc.js';

export const VALUE_NAMES = [
  'upstream',
  'domain',
  'tenant',
  'userPool',
  'realm',
  'issuer',
  'jwksUri',
  'clientId',
  'clientSecretEnv',
  'audience',
] as const;
export type ValueName = (typeof VALUE_NAMES)[number];

/** What a person wrote, as it goes into the document, or why it cannot. The sentence never quotes it. */
export type Reading = { readonly value: string } | { readonly problem: string };

/** The value of a question of this starter: answered, by default, or still its placeholder. */
export type Answers = (name: ValueName) => string;

export interface Question {
  readonly name: ValueName;
  /** A noun phrase, for the prompt and for the list of what is to be filled in. */
  readonly what: string;
  readonly example: string;
  /** Stands in the document until somebody knows better; has a word that the rule placeholder-value finds. */
  readonly placeholder: string;
  readonly read: (text: string) => Reading;
  /** What the earlier answers already say; it needs no confirmation. */
  readonly byDefault?: (answers: Answers) => string | undefined;
}

export interface Starter {
  /** As `--idp` names it. */
  readonly name: string;
  readonly label: string;
  /** Beside the upstream, which every starter needs. */
  readonly questions: readonly Question[];
  /** What has to exist at the provider before the first login: one sentence or two each. */
  readonly setup: readonly string[];
  /** Members of the server's entry, in their order. */
  readonly settings: (answers: Answers) => readonly Member[];
}

export function flagOf(name: ValueName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
