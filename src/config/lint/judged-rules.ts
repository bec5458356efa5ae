// The rules of `tool_authorization`, each judged by the rules that hold beside it: those of `jwt_validation`, and those
// of every other entry that covers the same tools. A rule that several servers share is judged at each of them.
import type { ClaimRule } from '../../policy/model.js';
import { coversTool } from '../../policy/tool-glob.js';
import type { Patterns } from '../claim-patterns.js';
import { settingOf, type Layout, type ServerSections } from '../document-kinds.js';
import { claimRuleOf } from '../normalize/claim-rule.js';
import { pointerOf, type Path } from '../path.js';
import { hasMember, isRawObject, memberOf, membersOf } from '../raw-value.js';
import { relationOf } from './claim-logic.js';

export interface JudgedRule {
  readonly path: Path;
  /** What holds of it at every server that has it. */
  readonly relation: 'implied' | 'impossible' | undefined;
  /** `jwt_validation`, or the entry whose rule says so. */
  readonly because: string;
  /** Names of the servers where it is impossible. */
  readonly impossibleAt: readonly string[];
}

export interface RuleSubject {
  readonly layout: Layout;
  readonly patterns: Patterns;
  /** Rules with a value that is not known here are not judged. */
  readonly isUndetermined: (path: Path) => boolean;
}

export function judgedRules(subject: RuleSubject): readonly JudgedRule[] {
  const byPlace = new Map<string, Verdict[]>();
  for (const verdict of subject.layout.servers.flatMap((server) => verdictsAt(server, subject))) {
    const pointer = pointerOf(verdict.path);
    const others = byPlace.get(pointer);
    if (others === undefined) byPlace.set(pointer, [verdict]);
    else others.push(verdict);
  }
  return [...byPlace.values()].flatMap((verdicts) => {
    const [first] = verdicts;
    if (first === undefined) return [];
    const agreed = verdicts.every(({ relation }) => relation === first.relation) ? first.relation : undefined;
    const impossible = verdicts.filter(({ relation }) => relation === 'impossible');
    const { path, because } = impossible[0] ?? first;
    return [{ path, relation: agreed, because, impossibleAt: impossible.map(({ server }) => server) }];
  });
}

interface Verdict {
  readonly server: string;
  readonly path: Path;
  readonly relation: JudgedRule['relation'];
  readonly because: string;
}

/** A rule and the tools that it holds for. */
interface ToolRule {
  readonly tool: string;
  readonly path: Path;
  readonly rule: ClaimRule;
}

function verdictsAt(server: ServerSections, subject: RuleSubject): readonly Verdict[] {
  const ofTokens = settingOf(server, 'jwt_validation');
  const ofTools = settingOf(server, 'tool_authorization');
  if (ofTokens === undefined || ofTools === undefined) return [];
  const demanded = rulesIn(memberOf(ofTokens.value, 'claimValues'), {
    ...subject,
    path: [...ofTokens.path, 'claimValues'],
  }).map((found): ToolRule => ({ ...found, tool: '*' }));
  const toolRules = membersOf(ofTools.value).flatMap(([tool, entry]) =>
    rulesIn(memberOf(entry, 'required_claims'), { ...subject, path: [...ofTools.path, tool, 'required_claims'] }).map(
      (found): ToolRule => ({ ...found, tool }),
    ),
  );
  return toolRules.map((judged, index) => {
    const given = [
      ...demanded.map((each) => ({ ...each, because: 'jwt_validation' })),
      ...toolRules
        .filter((each, at) => at !== index && outranks({ each, at }, { judged, index }))
        .map((each) => ({ ...each, because: each.tool })),
    ].filter(({ rule }) => rule.claim === judged.rule.claim);
    const found = given.map(({ rule, because }) => ({ relation: relationOf(rule, judged.rule), because }));
    const decisive =
      found.find(({ relation }) => relation === 'impossible') ?? found.find(({ relation }) => relation === 'implied');
    return {
      server: server.name,
      path: judged.path,
      relation: decisive?.relation,
      because: decisive?.because ?? '',
    };
  });
}

/** Of two entries that cover the same tools (`*` and `**`), the first one judges the second and not the other way round. */
function outranks(
  { each, at }: { each: ToolRule; at: number },
  { judged, index }: { judged: ToolRule; index: number },
): boolean {
  return coversTool(each.tool, judged.tool) && (at < index || !coversTool(judged.tool, each.tool));
}

/** The usable rules among the members; what has another shape is the schema's business. */
function rulesIn(
  rules: unknown,
  { path, patterns, isUndetermined }: Omit<RuleSubject, 'layout'> & { readonly path: Path },
): readonly Omit<ToolRule, 'tool'>[] {
  return membersOf(rules).flatMap(([claim, raw]) => {
    const at = [...path, claim];
    if (!isRawObject(raw) || !hasMember(raw, 'values') || isUnknown(raw['values'], { at, isUndetermined })) return [];
    const rule = claimRuleOf({ claim, raw, patterns });
    return rule === undefined ? [] : [{ path: at, rule }];
  });
}

function isUnknown(
  values: unknown,
  { at, isUndetermined }: { readonly at: Path; readonly isUndetermined: RuleSubject['isUndetermined'] },
): boolean {
  if (isUndetermined([...at, 'values']) || isUndetermined([...at, 'matchType'])) return true;
  return Array.isArray(values) && values.some((_value, index) => isUndetermined([...at, 'values', index]));
}
