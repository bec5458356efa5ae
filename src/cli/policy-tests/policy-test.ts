// A policy test as a value: a caller, a request, and what is expected of the decision (spec: policy-tests). What a file
// says becomes this in read-tests.ts; defaults that depend on the moment (the clock) are left open.
import type { DenyReason } from '../../policy/decide.js';
import type { HeaderField } from '../../policy/model.js';
import type { Claims } from '../../policy/principal.js';
import type { Secret } from '../../secret/secret.js';
import type { Place } from './yaml-source.js';

export interface TestFile {
  /** As the user named it. */
  readonly file: string;
  /** The configuration, as the file names it: relative to the file. */
  readonly config: string;
  readonly tests: readonly PolicyTest[];
}

export interface PolicyTest {
  /** Of no other test of its file. */
  readonly name: string;
  readonly place: Place;
  /** Undefined: the only one. */
  readonly server: string | undefined;
  readonly caller: TestCaller;
  /** Milliseconds since the epoch; undefined is now. */
  readonly atMs: number | undefined;
  readonly headers: readonly HeaderField[];
  /** The tool that the request calls. */
  readonly tool: string | undefined;
  /** What `toolsListed` is about. */
  readonly tools: readonly string[];
  readonly expected: Expected;
}

export type TestCaller =
  /** Whoever the headers say. */
  | { readonly kind: 'headers' }
  /** A verified caller; signature and times are assumed. */
  | { readonly kind: 'claims'; readonly claims: Claims }
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'token-file'; readonly file: string };

/** What nothing is said of is not looked at. */
export interface Expected {
  readonly verdict: 'allow' | 'deny' | undefined;
  readonly reason: DenyReason | undefined;
  readonly headers: readonly ExpectedHeader[];
  readonly absentHeaders: readonly string[];
  /** As a set. */
  readonly toolsListed: readonly string[] | undefined;
}

export interface ExpectedHeader {
  readonly name: string;
  /** Text is the whole value; anything else a part of the JSON that the header holds. */
  readonly value: unknown;
}
