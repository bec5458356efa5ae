// What is under way, by the host's id. INVARIANT: what is over holds on to nothing. A Map that outgrows its table leaves the
// old one with all that stood in it, and a way to the next: with one of them in the old generation, every call since then
// would live until that is collected (docs/decisions/0018). So the Map holds boxes, which are emptied.
import type { RequestId } from './json-rpc.js';

interface Box<T> {
  value: T | undefined;
}

/** A class because it owns the boxes. */
export class UnderWay<T> {
  readonly #boxes = new Map<RequestId, Box<T>>();

  has(id: RequestId): boolean {
    return this.#boxes.has(id);
  }

  get(id: RequestId): T | undefined {
    return this.#boxes.get(id)?.value;
  }

  set(id: RequestId, value: T): void {
    this.#boxes.set(id, { value });
  }

  delete(id: RequestId): void {
    const box = this.#boxes.get(id);
    if (box === undefined) return;
    this.#boxes.delete(id);
    box.value = undefined;
  }

  values(): readonly T[] {
    return [...this.#boxes.values()].flatMap(({ value }) => (value === undefined ? [] : [value]));
  }
}
