// A diagnostic code as a SARIF rule (SARIF 2.1.0 section 3.49): what code scanning shows beside a finding.
import type { CodeFacts } from '../../code-facts.js';
import { asSentence } from '../sentence.js';

export function ruleDescriptor({ code, kind, name, summary, why, help, level, helpUri }: CodeFacts): object {
  const advice = asSentence(help);
  return {
    id: code,
    name: pascalCase(name),
    shortDescription: { text: asSentence(summary) },
    fullDescription: { text: why },
    help: {
      text: `${why} ${advice}`,
      markdown: `**Why it matters:** ${why}\n\n**What to do:** ${advice}\n\n[${code} in the reference](${helpUri})`,
    },
    helpUri,
    defaultConfiguration: { level },
    properties: {
      tags: ['mcp', 'configuration', kind === 'rule' ? 'lint' : 'validity'],
      precision: 'high',
      'problem.severity': level === 'note' ? 'recommendation' : level,
    },
  };
}

function pascalCase(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
