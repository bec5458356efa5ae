// What is said of a key: in editors (the JSON Schema's annotations) and in docs/reference/config.md. Texts never take
// part in checking, and are loaded by the `schema` command and by scripts alone.
import type * as z from 'zod/mini';

export interface KeyText {
  /** What the key means, with its unit: whole sentences. */
  readonly means: string;
  /** What holds without the key, where that is a value. */
  readonly default?: unknown;
  /** What holds without the key, in words that follow "Default:". */
  readonly otherwise?: string;
  readonly examples?: readonly unknown[];
  /** What each value means that the key, or its list, takes by name. */
  readonly values?: Readonly<Record<string, string>>;
  /** Read, and better not written. */
  readonly isDeprecated?: true;
}

export type KeyTexts = Readonly<Record<string, KeyText>>;

/** A text for each key of a schema: the compiler demands every one, and no other. */
export type TextsOf<S extends z.core.$ZodType> = Readonly<Record<keyof z.infer<S> & string, KeyText>>;
