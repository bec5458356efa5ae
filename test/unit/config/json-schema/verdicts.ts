// Our verdict on a document beside the editor's, and what makes the two differ rightly.
import { parseConfig } from '../../../../src/config/parse.js';
import type { Diagnostic } from '../../../../src/diagnostics/diagnostic.js';
import { BAD_CONFIG_ENV } from '../bad-configs.js';
import { checkText } from '../check-text.js';
import { objections } from './editor.js';

/** Codes whose every case the JSON Schema has to refuse, too, unless a secret reference stands there. */
export const BOTH_REFUSE: Readonly<Record<string, string>> = {
  MCPGW102: 'types',
  MCPGW103: 'unknown keys',
  MCPGW104: 'missing keys',
  MCPGW105: 'values',
  MCPGW107: 'header names and values',
  MCPGW108: 'the validation method',
  MCPGW110: 'claim rules',
  MCPGW111: 'durations',
  MCPGW112: 'algorithms',
  MCPGW118: 'ranges',
};

/** Codes that JSON Schema cannot express, or not in every case. */
export const OURS_ALONE: Readonly<Record<string, string>> = {
  MCPGW100: 'an editor reports syntax by itself',
  MCPGW101: 'to a JSON Schema the keys of an object are unique',
  MCPGW106: 'a URL is more than a pattern: what its host is shows when it is parsed',
  MCPGW109: 'no JSON Schema reads RE2 syntax',
  MCPGW113: 'the size of a key is in the bits of its text',
  MCPGW114: 'sections contradict each other across servers and their defaults',
  MCPGW115: 'what a reference refers to is not in the document',
  MCPGW116: 'there is no document',
  MCPGW117: 'who named the file is not in the document',
  MCPGW119: 'what the files hold is not in the document',
};

export interface Verdicts {
  readonly text: string;
  /** Codes of the errors that we report; none when we accept the document. */
  readonly ours: readonly string[];
  /** We report something that the JSON Schema has to see, too. */
  readonly mustBeRefused: boolean;
  /** Of the JSON Schema. */
  readonly objections: readonly string[];
}

/** The text is parsed as ours is: by an editor's rules, with `__proto__` as a key like any other. */
export async function verdictsOn(text: string, env: Readonly<Record<string, string>> = ENV): Promise<Verdicts> {
  const { diagnostics } = await checkText(text, { env });
  const { value } = parseConfig(text);
  return {
    text,
    ours: diagnostics.map(({ code }) => code),
    mustBeRefused: diagnostics.some((diagnostic) => isForBoth(diagnostic, value)),
    objections: objections(value),
  };
}

/** What is wrong with the pair of verdicts; undefined when they may stand side by side. */
export function disagreement({ text, ours, mustBeRefused, objections }: Verdicts): string | undefined {
  if (ours.length === 0 && objections.length > 0)
    return `we accept ${text}, and the schema says ${objections.join('; ')}`;
  if (mustBeRefused && objections.length === 0) return `we report ${ours.join(', ')}, and the schema accepts ${text}`;
  return undefined;
}

const ENV = { ...BAD_CONFIG_ENV, TOKEN: 'a', CLIENT_SECRET: 'b', DEMO_SERVICE_TOKEN: 'c' };

function isForBoth({ code, pointer }: Diagnostic, document: unknown): boolean {
  if (!Object.hasOwn(BOTH_REFUSE, code)) return false;
  // Where a provider is found may depend on `jwt_validation`, of a server or of the defaults; no key of it is required.
  if (code === 'MCPGW104' && pointer.endsWith('/external_auth_config')) return false;
  const value = valueAt(document, pointer);
  return !(typeof value === 'string' && value.includes('${'));
}

function valueAt(document: unknown, pointer: string): unknown {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce<unknown>(
    // Every step was one into an object or a list, or the value is missing.
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    document,
  );
}
