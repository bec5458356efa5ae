// The rules of `tool_authorization`, each judged by the rules that hold beside it: those of `jwt_validation`, and those
// of every other entry that covers the same tools. A rule that several servers share is judged at each of them.
import type { ClaimRule } from '../../policy/model.js';
import { toolGlob, type ToolGlob } from '../../policy/tool-glob.js';
import type { Patterns } from '../claim-patterns.js';
import { settingOf, type Layout, type Setting } from '../document-kinds.js';
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
  const byPlace = new Map<string, { readonly verdict: Verdict; readonly server: string }[]>();
  for (const { server, verdicts } of verdictsByServer(subject)) {
    for (const verdict of verdicts) {
      const others = byPlace.get(verdict.pointer);
      if (others === undefined) byPlace.set(verdict.pointer, [{ verdict, server }]);
      else others.push({ verdict, server });
    }
  }
  return [...byPlace.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const { relation } = first.verdict;
    const agreed = all.every(({ verdict }) => verdict.relation === relation) ? relation : undefined;
    const impossible = all.filter(({ verdict }) => verdict.relation === 'impossible');
    const { path, because } = (impossible[0] ?? first).verdict;
    return [{ path, relation: agreed, because, impossibleAt: impossible.map(({ server }) => server) }];
  });
}

interface Verdict {
  readonly path: Path;
  readonly pointer: string;
  readonly relation: JudgedRule['relation'];
  readonly because: string;
}

/** Servers that share both settings share the verdicts, too. */
function* verdictsByServer(
  subject: RuleSubject,
): Iterable<{ readonly server: string; readonly verdicts: readonly Verdict[] }> {
  const known = new Map<string, readonly Verdict[]>();
  for (const server of subject.layout.servers) {
    const tokens = settingOf(server, 'jwt_validation');
    const tools = settingOf(server, 'tool_authorization');
    if (tokens === undefined || tools === undefined) continue;
    const key = `${pointerOf(tokens.path)} ${pointerOf(tools.path)}`;
    const verdicts = known.get(key) ?? verdictsOf({ tokens, tools }, subject);
    known.set(key, verdicts);
    yield { server: server.name, verdicts };
  }
}

/** A rule and the tools that it holds for. */
interface ToolRule {
  readonly tool: string;
  readonly glob: ToolGlob;
  /** Of its entry among the others. */
  readonly index: number;
  readonly path: Path;
  readonly rule: ClaimRule;
}

function verdictsOf(
  { tokens, tools }: { readonly tokens: Setting; readonly tools: Setting },
  subject: RuleSubject,
): readonly Verdict[] {
  const demanded = new Map(
    rulesIn(memberOf(tokens.value, 'claimValues'), { ...subject, path: [...tokens.path, 'claimValues'] }).map(
      ({ rule }) => [rule.claim, rule],
    ),
  );
  const toolRules = membersOf(tools.value).flatMap(([tool, entry], index) =>
    rulesIn(memberOf(entry, 'required_claims'), { ...subject, path: [...tools.path, tool, 'required_claims'] }).map(
      (found): ToolRule => ({ ...found, tool, index, glob: toolGlob(tool) }),
    ),
  );
  const covering = coveringRules(toolRules);
  return toolRules.map((judged) => {
    const base = demanded.get(judged.rule.claim);
    const given = [
      ...(base === undefined ? [] : [{ rule: base, because: 'jwt_validation' }]),
      ...covering(judged).map(({ rule, tool }) => ({ rule, because: tool })),
    ];
    const found = given.map(({ rule, because }) => ({ relation: relationOf(rule, judged.rule), because }));
    const decisive =
      found.find(({ relation }) => relation === 'impossible') ?? found.find(({ relation }) => relation === 'implied');
    return {
      path: judged.path,
      pointer: pointerOf(judged.path),
      relation: decisive?.relation,
      because: decisive?.because ?? '',
    };
  });
}

/**
 * The other rules on a rule's claim whose entries cover all tools of its own. Of two entries that cover the same tools
 * (`*` and `**`), the first judges the second and not the other way round.
 */
function coveringRules(rules: readonly ToolRule[]): (judged: ToolRule) => readonly ToolRule[] {
  const byClaimAndHead = new Map<string, ToolRule[]>();
  const keyOf = (claim: string, head: string): string => JSON.stringify([claim, head]);
  for (const each of rules) {
    const key = keyOf(each.rule.claim, each.glob.head);
    const others = byClaimAndHead.get(key);
    if (others === undefined) byClaimAndHead.set(key, [each]);
    else others.push(each);
  }
  return (judged) => {
    const found: ToolRule[] = [];
    for (let length = 0; length <= judged.tool.length; length++) {
      for (const each of byClaimAndHead.get(keyOf(judged.rule.claim, judged.tool.slice(0, length))) ?? []) {
        if (each.index === judged.index || !each.glob.covers(judged.tool)) continue;
        if (each.index < judged.index || !judged.glob.covers(each.tool)) found.push(each);
      }
    }
    return found.toSorted((a, b) => a.index - b.index);
  };
}

/** The usable rules among the members; what has another shape is the schema's business. */
function rulesIn(
  rules: unknown,
  { path, patterns, isUndetermined }: Omit<RuleSubject, 'layout'> & { readonly path: Path },
): readonly Pick<ToolRule, 'path' | 'rule'>[] {
  return membersOf(rules).flatMap(([claim, raw]) => {
    const at = [...path, claim];
    if (!isRawObject(raw) || !hasMember(raw, 'values') || isUnknown(raw['values'], { at, isUndetermined })) return [];
    const rule = claimRuleOf({ claim, raw, patterns });
    if (rule === undefined || !isCompiled(rule, patterns)) return [];
    return [{ path: at, rule }];
  });
}

/** A pattern that does not compile is an error of its own, and matches nobody knows what. */
function isCompiled(rule: ClaimRule, patterns: Patterns): boolean {
  return rule.matchType !== 'regex' || rule.patterns.every(({ source }) => patterns.has(source));
}

function isUnknown(
  values: unknown,
  { at, isUndetermined }: { readonly at: Path; readonly isUndetermined: RuleSubject['isUndetermined'] },
): boolean {
  if (isUndetermined([...at, 'values']) || isUndetermined([...at, 'matchType'])) return true;
  return Array.isArray(values) && values.some((_value, index) => isUndetermined([...at, 'values', index]));
}
