// Every configuration in the two documents that the policy's keys come from, as it is pasted there.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkText } from './check-text.js';

const SEEDS = new URL('../../fixtures/seeds/', import.meta.url);

test('the documents hold ten configurations', () => {
  expect(readdirSync(SEEDS)).toHaveLength(10);
});

test.each(readdirSync(SEEDS))('%s is valid as it stands', async (file) => {
  const { policy, diagnostics } = await checkText(readFileSync(new URL(file, SEEDS), 'utf8'), { lint: true });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(policy).toBeDefined();
});
