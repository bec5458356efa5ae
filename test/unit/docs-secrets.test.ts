// The configurations of docs/guide/secrets.md are valid, and what the page says of references holds for them.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reveal } from '../../src/secret/secret.js';
import { memoryKeychain } from '../support/memory-keychain.js';
import { checkText } from './config/check-text.js';

const page = readFileSync(new URL('../../docs/guide/secrets.md', import.meta.url), 'utf8');
const configs = [...page.matchAll(/```jsonc\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');

it('the guide to secrets shows a configuration that is good with its secrets and without', async () => {
  expect(configs).toHaveLength(1);
  const [text = ''] = configs;
  expect(await checkText(text, { resolveReferences: false, lint: true })).toMatchObject({ diagnostics: [] });
  const { policy, diagnostics } = await checkText(text, {
    files: { '/run/secrets/billing': 'b\n' },
    keychain: memoryKeychain({ 'mcpgw/linear': 'l' }),
  });
  expect(diagnostics).toEqual([]);
  expect(policy?.servers.map(({ url, headers }) => [url, ...headers.map(({ value }) => reveal(value))])).toEqual([
    ['https://mcp.linear.app/mcp', 'Bearer l'],
    ['https://billing.example.com/mcp', 'b'],
  ]);
});
