// `lint`: the rules describe themselves (src/config/rules/).
import { RULES } from '../../lint.js';
import type { KeyTexts } from '../key-text.js';

export const lintTexts: KeyTexts = Object.fromEntries(
  RULES.map(({ name, code, severity, meaning, why }) => [
    name,
    { means: `${code}: ${meaning}. ${why}`, default: severity },
  ]),
);

export const ruleLevelTexts = {
  off: 'Not looked for.',
  note: 'Reported; fails nothing.',
  warning: 'Reported; fails `mcpgw validate --strict` alone.',
  error: 'The configuration is refused, by every command.',
};
