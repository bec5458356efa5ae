// An entry names tools that `tools` never lets through.
import { toolGlob } from '../../policy/tool-glob.js';
import { settingOf, type ServerSections } from '../document-kinds.js';
import type { LintMatch, LintRule } from '../lint/lint-rule.js';
import { elementsOf, hasMember, memberOf, membersOf } from '../raw-value.js';

export const unreachableToolEntry: LintRule = {
  name: 'unreachable-tool-entry',
  code: 'MCPGW030',
  severity: 'warning',
  meaning: 'an entry of `tools.allowed` or `tool_authorization` names tools that `tools` never lets through',
  why: '`blocked` wins over `allowed`, and both over `tool_authorization`: the entry has no effect.',
  help: 'take the entry out, or let the tool through',
  *check({ layout }) {
    for (const server of layout.servers) {
      yield* blockedEntries(server);
      yield* unlistedEntries(server);
    }
  },
};

function* blockedEntries(server: ServerSections): Iterable<LintMatch> {
  const tools = settingOf(server, 'tools');
  if (tools === undefined) return;
  for (const [index, tool] of elementsOf(memberOf(tools.value, 'allowed')).entries()) {
    if (typeof tool !== 'string' || !isCovered(tool, memberOf(tools.value, 'blocked'))) continue;
    yield { path: [...tools.path, 'allowed', index], message: '`blocked` covers every tool of this entry' };
  }
}

function* unlistedEntries(server: ServerSections): Iterable<LintMatch> {
  const tools = settingOf(server, 'tools')?.value;
  const rules = settingOf(server, 'tool_authorization');
  // What the defaults say for all servers may be for another one.
  if (rules === undefined || (rules.isTopLevel && server.defaults !== undefined)) return;
  for (const [tool] of membersOf(rules.value)) {
    const path = [...rules.path, tool];
    if (isCovered(tool, memberOf(tools, 'blocked'))) {
      yield { path, part: 'key', message: '`tools.blocked` covers every tool of this entry' };
    } else if (hasMember(tools, 'allowed') && !tool.includes('*') && !isCovered(tool, memberOf(tools, 'allowed'))) {
      yield { path, part: 'key', message: '`tools.allowed` does not name this tool' };
    }
  }
}

function isCovered(tool: string, globs: unknown): boolean {
  return elementsOf(globs).some((glob) => typeof glob === 'string' && toolGlob(glob).covers(tool));
}
