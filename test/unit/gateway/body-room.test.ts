import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createBodyRoom } from '../../../src/gateway/body-room.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whether the promise has resolved, once all that is due has run. */
async function hasResolved(promise: Promise<void> | undefined): Promise<boolean> {
  let resolved = false;
  void promise?.then(() => {
    resolved = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return resolved;
}

it('lets bodies grow side by side up to the limit', () => {
  const room = createBodyRoom(10);
  expect(room.enter().grow(5)).toBeUndefined();
  expect(room.enter().grow(5)).toBeUndefined();
});

it('reads one body beyond the limit, and lets the others wait until it has left', async () => {
  const room = createBodyRoom(10);
  const [one, two, three] = [room.enter(), room.enter(), room.enter()];
  expect(two.grow(5)).toBeUndefined();
  expect(one.grow(6)).toBeUndefined();
  const waits = [two.grow(1), three.grow(1)];
  expect(one.grow(1_000)).toBeUndefined();
  expect(await hasResolved(waits[0])).toBe(false);
  one.leave();
  expect(await hasResolved(waits[0])).toBe(true);
  expect(await hasResolved(waits[1])).toBe(true);
  expect(three.grow(1)).toBeUndefined();
});

it('takes no room any more for what has left twice', () => {
  const room = createBodyRoom(10);
  const one = room.enter();
  void one.grow(8);
  one.leave();
  one.leave();
  expect(room.enter().grow(10)).toBeUndefined();
});

it('does not let a body wait for ever for one of which nothing comes', async () => {
  const room = createBodyRoom(10);
  const [stalled, waiting] = [room.enter(), room.enter()];
  expect(stalled.grow(11)).toBeUndefined();
  const wait = waiting.grow(1);
  expect(await hasResolved(wait)).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await hasResolved(wait)).toBe(true);
  expect(waiting.grow(100)).toBeUndefined();
});

it('waits on for a body that comes slowly', async () => {
  const room = createBodyRoom(10);
  const [slow, waiting] = [room.enter(), room.enter()];
  void slow.grow(11);
  const wait = waiting.grow(1);
  for (let piece = 0; piece < 3; piece++) {
    await vi.advanceTimersByTimeAsync(900);
    void slow.grow(1);
  }
  expect(await hasResolved(wait)).toBe(false);
});

it('lets go of a body that leaves while it waits', async () => {
  const room = createBodyRoom(10);
  const [one, two, three] = [room.enter(), room.enter(), room.enter()];
  void one.grow(11);
  const waits = [two.grow(1), three.grow(1)];
  two.leave();
  expect(await hasResolved(waits[0])).toBe(true);
  one.leave();
  expect(await hasResolved(waits[1])).toBe(true);
});
