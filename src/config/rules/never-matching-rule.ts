// A rule of tool_authorization contradicts another rule that has to hold with it.
import type { LintRule } from '../lint/lint-rule.js';

export const neverMatchingRule: LintRule = {
  name: 'never-matching-rule',
  code: 'MCPGW024',
  severity: 'warning',
  meaning: 'a rule of tool_authorization contradicts another rule that has to hold with it',
  why: 'No token can satisfy both, so nobody ever sees or calls the tool.',
  help: 'make one of the two rules wider, or take the entry out',
  *check(subject) {
    const count = subject.layout.servers.length;
    for (const { path, because, impossibleAt } of subject.judgedRules()) {
      if (impossibleAt.length === 0) continue;
      const everywhere = impossibleAt.length === count || path[0] === 'mcpServers';
      const where = everywhere ? '' : ` at ${impossibleAt.map((name) => `\`${name}\``).join(', ')}`;
      yield { path, part: 'key', message: `no token can satisfy this rule and that of \`${because}\`${where}` };
    }
  },
};
