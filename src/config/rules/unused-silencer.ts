// A comment that is to silence a finding silences none. What it says is found by ../silencers.ts, behind all rules.
import type { RuleFacts } from '../lint/lint-rule.js';

export const unusedSilencer: RuleFacts = {
  name: 'unused-silencer',
  code: 'MCPGW028',
  severity: 'warning',
  meaning: 'a `mcpgw-disable-next-line` comment silences nothing',
  why: 'It would silence the next mistake on that line, unseen.',
  help: 'take the comment out',
};
