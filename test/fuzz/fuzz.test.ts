// A small part of `npm run fuzz`, the same on every machine.
import { describe, expect, test } from 'vitest';
import { schemaValidator } from '../support/schema-validator.js';
import { inputOf } from './inputs.js';
import { checked, judgeInput } from './judge-input.js';
import { ODD_TEXTS } from './odd-values.js';
import { readSources } from './sources.js';

const sources = readSources();

test('whatever is done to a configuration, it is checked without a fault', async () => {
  const schema = schemaValidator();
  const failures: unknown[] = [];
  const verdicts = new Map<string, number>();
  for (let index = 0; index < 1000; index++) {
    const input = inputOf({ seed: 1, index, sources });
    const { verdict, failures: found } = await judgeInput(input, schema);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (found.length > 0) failures.push({ index, kind: input.kind, found });
  }
  expect(failures).toEqual([]);
  // Inputs that are all refused at the door would test the door alone.
  for (const verdict of ['accepted', 'refused', 'not JSON']) expect(verdicts.get(verdict)).toBeGreaterThan(50);
});

describe('the fuzzer', () => {
  test('makes the same input of the same seed and index, and another of another', () => {
    const [first, again, other] = [
      inputOf({ seed: 7, index: 3, sources }),
      inputOf({ seed: 7, index: 3, sources }),
      inputOf({ seed: 8, index: 3, sources }),
    ];
    expect(again).toEqual(first);
    expect(other.text).not.toBe(first.text);
  });

  test('notices what the JSON Schema refuses and the program accepts', async () => {
    const input = { kind: 'tree', text: '{ "timeout_ms": 1 }', trusted: true, resolveReferences: true } as const;
    const { verdict, failures } = await judgeInput(input, () => ['/timeout_ms: must not be']);
    expect({ verdict, failures }).toEqual({
      verdict: 'failed',
      failures: ['accepted, and refused by the JSON Schema: /timeout_ms: must not be'],
    });
  });

  test('knows references that resolve, so that secrets could be shown', async () => {
    const texts = ODD_TEXTS.filter((text) => text.includes('SET}'));
    expect(texts.length).toBeGreaterThan(5);
    const text = '{ "client_headers": { "X-A": "${SET}" } }';
    const { policy } = await checked({ text, trusted: true, resolveReferences: true }, false);
    expect(policy?.clientHeaders).toHaveLength(1);
  });
});
