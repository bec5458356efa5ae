import { describe, expect, test } from 'vitest';
import { referencePages } from '../../../scripts/reference.js';
import { codeFacts } from '../../../src/cli/render/validation/code-facts.js';
import { ERROR_CODES, ONLINE_CODES, RULE_CODES } from '../../../src/diagnostics/codes.js';

/** The anchors of a page, as GitHub and most generators of sites make them from headings. */
const anchors = [...(referencePages()['diagnostics.md'] ?? '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-'),
);

describe('the address of a code', () => {
  test.each(codeFacts().map(({ code, helpUri }) => [code, helpUri]))('%s leads to its own section', (_code, uri) => {
    const [page, anchor = ''] = uri.split('#');
    expect(page).toBe('https://mcpgw.dev/reference/diagnostics');
    expect(anchors.filter((each) => each === anchor)).toHaveLength(1);
  });

  test('is there for every code once', () => {
    const codes = [...Object.keys(RULE_CODES), ...Object.keys(ERROR_CODES), ...Object.keys(ONLINE_CODES)];
    expect(codeFacts().map(({ code }) => code)).toEqual(codes);
    expect(new Set(codeFacts().map(({ helpUri }) => helpUri)).size).toBe(codes.length);
    expect(new Set(codeFacts().map(({ name }) => name)).size).toBe(codes.length);
  });
});

describe('what is told of a code', () => {
  test.each(codeFacts().map((facts) => [facts.code, facts] as const))(
    '%s says what, why and what to do',
    (_code, facts) => {
      expect(facts.name).toMatch(/^[a-z]+(?:-[a-z0-9]+)*$/);
      expect(facts.summary).toMatch(/[^.]$/);
      expect(facts.why).toMatch(/^[A-Z`a-z].*[.!]$/);
      expect(facts.help).toMatch(/[^.]$/);
    },
  );
});
