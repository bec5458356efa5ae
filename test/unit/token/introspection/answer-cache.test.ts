import { beforeEach, describe, expect, it } from 'vitest';
import { createAnswerCache, type AnswerCache } from '../../../../src/token/introspection/answer-cache.js';
import type { IntrospectionAnswer } from '../../../../src/token/introspection/ask.js';
import { NOW_MS, NOW_SECONDS } from '../../../support/jwt.js';

let nowMs: number;
let asked: number;
let answer: IntrospectionAnswer;
beforeEach(() => {
  nowMs = NOW_MS;
  asked = 0;
  answer = active();
});

const active = (claims: object = {}, characters = 20): IntrospectionAnswer => ({
  outcome: 'active',
  claims: { active: true, ...claims },
  characters,
});
const cacheOf = (maxAgeSeconds = 60, fingerprint = 'f'): AnswerCache =>
  createAnswerCache({ maxAgeSeconds, fingerprint, now: () => nowMs });
const question = async (): Promise<IntrospectionAnswer> => {
  asked++;
  return answer;
};

describe('an answer', () => {
  it('is used again until it is as old as the configuration allows', async () => {
    const cache = cacheOf();
    const first = await cache.get('t', question);
    nowMs += 59_999;
    expect(await cache.get('t', question)).toBe(first);
    expect(asked).toBe(1);
    nowMs += 1;
    await cache.get('t', question);
    expect(asked).toBe(2);
  });

  it('is never used beyond the end of its token', async () => {
    const cache = cacheOf();
    answer = active({ exp: NOW_SECONDS + 10 });
    await cache.get('t', question);
    nowMs += 9_999;
    await cache.get('t', question);
    expect(asked).toBe(1);
    nowMs += 1;
    await cache.get('t', question);
    expect(asked).toBe(2);
  });

  it('becomes old when the clock is set back', async () => {
    const cache = cacheOf();
    await cache.get('t', question);
    nowMs -= 1;
    await cache.get('t', question);
    expect(asked).toBe(2);
  });

  it('counts from the question on, however late it came', async () => {
    const cache = cacheOf();
    await cache.get('t', async () => {
      nowMs += 40_000;
      return question();
    });
    nowMs += 19_999;
    await cache.get('t', question);
    expect(asked).toBe(1);
    nowMs += 1;
    await cache.get('t', question);
    expect(asked).toBe(2);
  });

  it.each<IntrospectionAnswer>([
    { outcome: 'inactive', detail: 'no' },
    { outcome: 'undecided', message: 'who knows' },
  ])('that is $outcome is not kept', async (other) => {
    const cache = cacheOf();
    answer = other;
    expect(await cache.get('t', question)).toBe(other);
    answer = active();
    expect(await cache.get('t', question)).toBe(answer);
    expect(asked).toBe(2);
  });

  it('is shared by those who ask at the same time', async () => {
    const cache = cacheOf();
    const answers = await Promise.all(Array.from({ length: 20 }, () => cache.get('t', question)));
    expect(new Set(answers)).toEqual(new Set([answer]));
    expect(asked).toBe(1);
  });

  it('that is on its way for longer than it may be used is not waited for', async () => {
    const cache = cacheOf();
    let release: (late: IntrospectionAnswer) => void = () => undefined;
    const late = cache.get('t', () => new Promise((resolve) => (release = resolve)));
    nowMs += 60_000;
    const fresh = active({ sub: 'fresh' });
    answer = fresh;
    expect(await cache.get('t', question)).toBe(fresh);
    release(active({ sub: 'late' }));
    expect(await late).toMatchObject({ claims: { sub: 'late' } });
    // The late one does not take the place of the fresh one.
    expect(await cache.get('t', question)).toBe(fresh);
    expect(asked).toBe(1);
  });

  it('is for its own token alone', async () => {
    const cache = cacheOf();
    await cache.get('t', question);
    await cache.get('T', question);
    await cache.get('t ', question);
    expect(asked).toBe(3);
  });

  it('leaves when there are a thousand newer ones', async () => {
    const cache = cacheOf();
    for (let n = 0; n <= 1000; n++) await cache.get(`t${n}`, question);
    expect(asked).toBe(1001);
    await cache.get('t1000', question);
    await cache.get('t1', question);
    expect(asked).toBe(1001);
    await cache.get('t0', question);
    expect(asked).toBe(1002);
  });

  it('makes room for others by its size', async () => {
    const cache = cacheOf();
    answer = active({}, 1024 * 1024);
    for (const token of ['a', 'b', 'c', 'd']) await cache.get(token, question);
    await cache.get('e', question);
    expect(asked).toBe(5);
    await cache.get('a', question);
    expect(asked).toBe(6);
  });

  it('that never comes is not kept, and those who wait for it are told', async () => {
    const cache = cacheOf();
    const broken = async (): Promise<never> => {
      asked++;
      throw new Error('out of order');
    };
    const waiting = [cache.get('t', broken), cache.get('t', broken)];
    for (const one of waiting) await expect(one).rejects.toThrow('out of order');
    expect(asked).toBe(1);
    expect(await cache.get('t', question)).toBe(answer);
  });
});
