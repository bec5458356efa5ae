// `// mcpgw-disable-next-line MCPGW012, no-issuer-rule -- reason`: comments that take back the findings of lint rules on
// the next line that holds anything. Errors of the document itself are never taken back. A silencer that silences
// nothing is a finding of its own: it would hide the next mistake.
import { createScanner } from 'jsonc-parser';
import {
  ERROR_CODES,
  isOnlineCode,
  isRuleCode,
  RULE_CODES,
  type OnlineCode,
  type RuleCode,
} from '../diagnostics/codes.js';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.js';
import { labelOf } from './path.js';
import { nearest } from './suggest.js';

export interface Silencer {
  /** Of the comment. */
  readonly place: Place;
  /** The line that it is about; undefined when nothing follows. */
  readonly line: number | undefined;
  /** The word that it begins with: `mcpgw-disable-next-line`, or one that was meant to be that. */
  readonly directive: string;
  /** As written: codes or names of rules. */
  readonly names: readonly string[];
}

/** Every silencer begins with this, and so does whatever was meant to be one. */
const MARK = 'mcpgw-disable';

const DIRECTIVE = 'mcpgw-disable-next-line';

export interface SilencerSource {
  readonly text: string;
  readonly placeOf: (offset: number, length: number) => Place;
}

export function silencersIn({ text, placeOf }: SilencerSource): readonly Silencer[] {
  if (!text.includes(MARK)) return [];
  const found: Silencer[] = [];
  let waiting: Omit<Silencer, 'line'>[] = [];
  const scanner = createScanner(text, false);
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const token = text.slice(offset, offset + scanner.getTokenLength());
    if (token.trim() === '') continue;
    const said = directiveIn(token);
    if (said !== undefined) waiting.push({ place: placeOf(offset, token.length), ...said });
    if (waiting.length === 0 || token.startsWith('/')) continue;
    const { line } = placeOf(offset, 0);
    found.push(...waiting.filter(({ place }) => place.endLine < line).map((each) => ({ ...each, line })));
    waiting = waiting.filter(({ place }) => place.endLine >= line);
  }
  return [...found, ...waiting.map((each) => ({ ...each, line: undefined }))];
}

/** What a comment says that is meant to be a silencer; undefined for everything else. */
function directiveIn(token: string): Pick<Silencer, 'directive' | 'names'> | undefined {
  if (!token.startsWith('/')) return undefined;
  const words = token.replace(/^\/[/*]+[\s*]*|\*\/$/g, '').trim();
  const directive = /^mcpgw-disable[\w-]*/.exec(words)?.[0];
  if (directive === undefined) return undefined;
  const [listed = ''] = words.slice(directive.length).split(/\s--(?:\s|$)/);
  // One of another name silences nothing.
  const names = directive === DIRECTIVE ? listed.split(/[\s,:*]+/).filter((name) => name !== '') : [];
  return { directive, names };
}

export interface Silencing {
  readonly silencers: readonly Silencer[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Silenced {
  /** What nobody silenced. */
  readonly diagnostics: readonly Diagnostic[];
  readonly useless: readonly UselessSilencer[];
}

export interface UselessSilencer {
  readonly silencer: Silencer;
  /** One sentence. */
  readonly message: string;
  readonly help: string | undefined;
  /** It names nothing that can be silenced, whatever is found elsewhere. */
  readonly isMistaken: boolean;
}

export function applySilencers({ silencers, diagnostics }: Silencing): Silenced {
  const asked: readonly Asked[] = silencers.flatMap((silencer) =>
    silencer.names.map((name) => ({ silencer, name, code: codeOf(name) })),
  );
  const byTarget = new Map<string, Asked[]>();
  for (const each of asked) {
    const target = `${each.silencer.line} ${each.code}`;
    byTarget.set(target, [...(byTarget.get(target) ?? []), each]);
  }
  const used = new Set<Asked>();
  const kept = diagnostics.filter((diagnostic) => {
    const target = `${diagnostic.place.line} ${diagnostic.code}`;
    const matching = (mayBeSilenced(diagnostic) ? byTarget.get(target) : undefined) ?? [];
    for (const each of matching) used.add(each);
    return matching.length === 0;
  });
  return {
    diagnostics: kept,
    useless: [
      ...silencers
        .filter(({ names }) => names.length === 0)
        .map((silencer) => ({ silencer, message: nameless(silencer), help: EXAMPLE, isMistaken: true })),
      ...asked.filter((each) => !used.has(each) && !dependsOnWhere(each)).map(uselessName),
    ],
  };
}

const EXAMPLE = `// ${DIRECTIVE} MCPGW012`;

function nameless({ directive }: Silencer): string {
  return directive === DIRECTIVE ? 'this comment names no rule' : `${labelOf([directive])} silences nothing`;
}

/** What they find are the permissions of files. */
const MACHINE_RULES: ReadonlySet<string> = new Set(['exposed-config-file', 'exposed-key-file']);

/** What `--online` finds is only known with it, and the permissions of a file are those of one machine. */
function dependsOnWhere({ code }: Asked): boolean {
  return code !== undefined && (isOnlineCode(code) || MACHINE_RULES.has(RULE_CODES[code]));
}

/** What rules find, whatever `lint` made of it; of what `--online` finds, all but errors. */
function mayBeSilenced({ code, severity }: Diagnostic): boolean {
  return isRuleCode(code) || severity !== 'error';
}

/** The code of a rule that is named by its code or its name, or a code of `--online`. */
function codeOf(name: string): RuleCode | OnlineCode | undefined {
  const upper = name.toUpperCase();
  if (isOnlineCode(upper)) return upper;
  const codes = Object.entries(RULE_CODES) as [RuleCode, string][]; // entries of a constant object
  return codes.find(([code, rule]) => code === upper || rule === name)?.[0];
}

function uselessName({ silencer, name, code }: Asked): UselessSilencer {
  const label = labelOf([name]);
  if (code !== undefined) {
    return { silencer, message: `${label} finds nothing on the next line`, help: undefined, isMistaken: false };
  }
  if (Object.hasOwn(ERROR_CODES, name)) {
    const message = `${label} is an error, and errors cannot be silenced`;
    return { silencer, message, help: undefined, isMistaken: true };
  }
  const meant = nearest(name, Object.entries(RULE_CODES).flat());
  const help = meant === undefined ? undefined : `did you mean \`${meant}\`?`;
  return { silencer, message: `${label} is not a rule`, help, isMistaken: true };
}

interface Asked {
  readonly silencer: Silencer;
  readonly name: string;
  readonly code: RuleCode | OnlineCode | undefined;
}
