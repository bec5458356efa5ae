// The regular expressions of claim rules, compiled once at load on a linear-time engine (re2js). The engine is only
// loaded when a configuration has a regex rule: start-up time is a user's time.
import type { Pattern } from '../policy/model.js';
import type { Section } from './document-kinds.js';
import type { Finding } from './finding.js';
import { labelOf, pointerOf, type Path } from './path.js';
import { memberOf, membersOf } from './raw-value.js';

/** By source. */
export type Patterns = ReadonlyMap<string, Pattern>;

export interface CompiledPatterns {
  readonly patterns: Patterns;
  readonly findings: readonly Finding[];
}

export interface PatternSources {
  readonly sections: readonly Section[];
  /** Pointers of values that came from references: an error may not quote any part of those. */
  readonly references: ReadonlySet<string>;
}

export async function compilePatterns({ sections, references }: PatternSources): Promise<CompiledPatterns> {
  const sources = sections.flatMap(patternTexts);
  if (sources.length === 0) return { patterns: new Map(), findings: [] };
  const { RE2JS, RE2JSException } = await import('re2js');
  const patterns = new Map<string, Pattern>();
  const findings: Finding[] = [];
  for (const { source, path } of sources) {
    if (patterns.has(source)) continue;
    try {
      const engine = RE2JS.compile(source);
      patterns.set(source, { source, test: (text) => engine.test(text) });
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      const { HIDDEN_PATTERN, patternProblem } = await import('./pattern-problem.js');
      const isHidden = references.has(pointerOf(path));
      const { says, help } = isHidden ? HIDDEN_PATTERN : patternProblem(source, reasonOf(error));
      findings.push({ code: 'MCPGW109', path, part: 'value', message: `${labelOf(path)} ${says}`, help });
    }
  }
  return { patterns, findings };
}

interface PatternText {
  readonly source: string;
  readonly path: Path;
}

/** Every pattern of a section, with its place; whatever has another shape is the schema's business. */
export function patternTexts({ path, value }: Section): readonly PatternText[] {
  const claimValues = [...path, 'jwt_validation', 'claimValues'];
  const ofTools = membersOf(memberOf(value, 'tool_authorization')).flatMap(([tool, rule]) =>
    patternsOf(memberOf(rule, 'required_claims'), [...path, 'tool_authorization', tool, 'required_claims']),
  );
  return [...patternsOf(memberOf(memberOf(value, 'jwt_validation'), 'claimValues'), claimValues), ...ofTools];
}

function patternsOf(rules: unknown, path: Path): readonly PatternText[] {
  return membersOf(rules).flatMap(([claim, rule]) => {
    if (memberOf(rule, 'matchType') !== 'regex') return [];
    const values = memberOf(rule, 'values');
    const at = [...path, claim, 'values'];
    return Array.isArray(values)
      ? values.flatMap((element, index) => patternText(element, [...at, index]))
      : patternText(values, at);
  });
}

function patternText(value: unknown, path: Path): readonly PatternText[] {
  const source = claimText(value);
  return source === undefined ? [] : [{ source, path }];
}

/** An expected value as the text that claims are compared with; undefined for what is no such value. */
export function claimText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? JSON.stringify(value) : undefined;
}

/** The engine's reason, without the part of the pattern that it stumbled over. */
function reasonOf(error: Error): string {
  return 'error' in error && typeof error.error === 'string' ? error.error : '';
}
