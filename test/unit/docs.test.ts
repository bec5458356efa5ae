import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { referencePages } from '../../scripts/reference.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

describe('the documentation', () => {
  it.each(Object.entries(referencePages()))('has a fresh docs/reference/%s (npm run docs)', (name, text) => {
    expect(readFileSync(path.join(root, 'docs/reference', name), 'utf8')).toBe(text);
  });

  it('has no dead link between its pages', () => {
    const dead = pages.flatMap((page) => {
      const text = readFileSync(path.join(root, page), 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? '');
      return links
        .filter((target) => !existsSync(path.join(root, path.dirname(page), target)))
        .map((target) => `${page}: ${target}`);
    });
    expect(dead).toEqual([]);
  });

  it('keeps every decision under 40 lines', () => {
    const long = pages.filter(
      (page) =>
        page.startsWith('docs/decisions/') && readFileSync(path.join(root, page), 'utf8').split('\n').length > 40,
    );
    expect(long).toEqual([]);
  });
});
