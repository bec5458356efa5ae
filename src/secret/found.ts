// What looking up one secret reference gives: its value, or why there is none.

export type Found = { readonly value: string } | { readonly problem: ReferenceProblem };

export interface ReferenceProblem {
  /** What is wrong, without a value. */
  readonly message: string;
  /** What to do about it. */
  readonly help?: string;
}
