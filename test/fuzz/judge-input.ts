// What must hold for every input, however broken it is. Gives the sentences that do not.
import type { CheckedConfig } from '../../src/config/check.js';
import { parseConfig } from '../../src/config/parse.js';
import { inReadingOrder, type Diagnostic } from '../../src/diagnostics/diagnostic.js';
import type { SchemaValidator } from '../support/schema-validator.js';
import { checkText } from '../unit/config/check-text.js';
import type { FuzzInput } from './inputs.js';
import { FUZZ_ENV, FUZZ_FILES, SENTINEL } from './odd-values.js';
import { shownTexts } from './shown-texts.js';

export interface Judgement {
  readonly verdict: 'accepted' | 'refused' | 'not JSON' | 'failed';
  /** None when all is well. */
  readonly failures: readonly string[];
  /** The JSON Schema had nothing against a document that is refused: not wrong, but worth knowing. */
  readonly schemaIsWider: boolean;
}

export async function judgeInput(input: FuzzInput, schema: SchemaValidator | undefined): Promise<Judgement> {
  try {
    const linted = await checked(input, true);
    const failures = [
      ...resultFailures(linted, input),
      ...agreementFailures(linted, { again: await checked(input, true), unlinted: await checked(input, false) }),
      ...(await renderingFailures(linted.diagnostics, input.text)),
    ];
    const refusals = schema !== undefined && input.resolveReferences ? schemaRefusals(input.text, schema) : undefined;
    const isAccepted = linted.policy !== undefined;
    if (isAccepted && refusals !== undefined) {
      failures.push(...refusals.map((refusal) => `accepted, and refused by the JSON Schema: ${refusal}`));
    }
    const isBroken = linted.diagnostics.some(({ code }) => code === 'MCPGW100');
    return {
      verdict: failures.length > 0 ? 'failed' : isAccepted ? 'accepted' : isBroken ? 'not JSON' : 'refused',
      failures,
      schemaIsWider: !isAccepted && refusals?.length === 0,
    };
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: 'failed', failures: [`threw: ${what}`], schemaIsWider: false };
  }
}

export function checked(
  { text, trusted, resolveReferences }: Omit<FuzzInput, 'kind'>,
  lint: boolean,
): Promise<CheckedConfig> {
  return checkText(text, { env: FUZZ_ENV, files: FUZZ_FILES, trusted, resolveReferences, lint });
}

function resultFailures({ policy, diagnostics }: CheckedConfig, { text }: FuzzInput): string[] {
  const hasError = diagnostics.some(({ severity }) => severity === 'error');
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  return [
    ...((policy === undefined) === hasError ? [] : ['a policy and an error, or neither']),
    ...diagnostics
      .filter((diagnostic) => !isInside(diagnostic, lines))
      .map(({ code }) => `${code} is outside the text`),
    ...(JSON.stringify(inReadingOrder(diagnostics)) === JSON.stringify(diagnostics) ? [] : ['not in reading order']),
    ...(JSON.stringify(diagnostics).includes(SENTINEL) && !text.includes(SENTINEL) ? ['a secret is shown'] : []),
    ...diagnostics.filter(({ message }) => message.trim() === '').map(({ code }) => `${code} says nothing`),
  ];
}

function isInside({ place }: Diagnostic, lines: readonly string[]): boolean {
  const { line, column, endLine, endColumn } = place;
  const isPoint = (at: number, offset: number): boolean =>
    at >= 1 && at <= lines.length && offset >= 1 && offset <= (lines[at - 1]?.length ?? 0) + 2;
  return isPoint(line, column) && isPoint(endLine, endColumn) && (line < endLine || column <= endColumn);
}

interface OtherRuns {
  readonly again: CheckedConfig;
  readonly unlinted: CheckedConfig;
}

function agreementFailures(linted: CheckedConfig, { again, unlinted }: OtherRuns): string[] {
  const errors = ({ diagnostics }: CheckedConfig): string =>
    JSON.stringify(diagnostics.filter(({ severity }) => severity === 'error'));
  const all = ({ policy, diagnostics }: CheckedConfig): string => JSON.stringify({ policy, diagnostics });
  return [
    ...(all(linted) === all(again) ? [] : ['two runs differ']),
    ...(errors(linted) === errors(unlinted) ? [] : ['the errors depend on whether lint runs']),
  ];
}

/** Nothing of what is shown of a document moves or steers a terminal, or tells a secret. */
async function renderingFailures(diagnostics: readonly Diagnostic[], text: string): Promise<string[]> {
  const { masked, shown } = await shownTexts(diagnostics, text);
  return [
    ...(masked.every((other) => other.length === text.length) ? [] : ['masking moves the text']),
    ...(/[\p{Cc}\p{Zl}\p{Zp}]/u.test(shown.replaceAll('\n', '')) ? ['a control character is shown'] : []),
    ...(shown.includes(SENTINEL) && !text.includes(SENTINEL) ? ['a secret is shown in a frame'] : []),
  ];
}

function schemaRefusals(text: string, schema: SchemaValidator): readonly string[] | undefined {
  const { value, syntax, root } = parseConfig(text);
  return root === undefined || syntax.length > 0 ? undefined : schema(value);
}
