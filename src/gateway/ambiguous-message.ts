// Could two readers take a message for two messages? A member that stands twice, or a member of JSON-RPC in other letters,
// which some servers take for it (Go's encoding/json): the text goes on as it came (docs/decisions/0004), so what was
// judged here need not be what is read there. Unlike tokens, messages may be nested at any depth: nothing here recurses.
import { endOfString, stringIn } from './json-places.js';
import type { Params } from './json-rpc.js';

/** The message itself and what stands right in it, `params` above all: there, names that differ in case alone are one. */
const OUTER_LEVELS = 2;

/** Members of JSON-RPC: under another spelling they are not read here, and may be elsewhere. */
const MESSAGE_MEMBERS: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

/**
 * INVARIANT: the text is JSON that a parser has taken. Escapes are resolved: `"name"` and `"\u006eame"` are one member.
 *
 * @param deepest how many levels are looked at
 */
export function isAmbiguous(text: string, deepest = Number.POSITIVE_INFINITY): boolean {
  /** The names so far of each object around the position: none, the only one, or all; undefined for an array. */
  const around: (typeof NONE | string | Names | undefined)[] = [];
  const free: Names[] = [];
  let expectsName = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charAt(at)) {
      case '{':
        around.push(NONE);
        expectsName = true;
        break;
      case '[':
        around.push(undefined);
        expectsName = false;
        break;
      case '}':
      case ']': {
        const done = around.pop();
        if (done instanceof Names) free.push(done);
        break;
      }
      case ',':
        expectsName = around.at(-1) !== undefined;
        break;
      case '"': {
        const end = endOfString(text, at);
        const names = expectsName && around.length <= deepest ? around.at(-1) : undefined;
        if (names !== undefined) {
          const name = stringIn(text.slice(at, end));
          const key = around.length > OUTER_LEVELS ? name : folded(name);
          if (names === NONE) around[around.length - 1] = key;
          else if (typeof names === 'string') {
            if (names === key) return true;
            around[around.length - 1] = (free.pop() ?? new Names()).begun(names, key);
          } else if (!names.takes(key)) return true;
          if (around.length === 1 && key !== name && MESSAGE_MEMBERS.has(key)) return true;
          expectsName = false;
        }
        at = end - 1;
        break;
      }
    }
  }
  return false;
}

/** An object without a name yet. Millions may stand in one another: what has one name or none takes no memory here. */
const NONE = Symbol('no name');

/** The names of one object that has several: most have few, and lists hold thousands of objects. */
const FEW = 16;

class Names {
  /** The first `#count` of them count: what stands behind is of an object before, and its place is used again. */
  #few: string[] = [];
  #count = 0;
  #many: Set<string> | undefined;

  /** Anew, with the first two. */
  begun(first: string, second: string): this {
    if (this.#few.length === 0) this.#few = [first, second];
    this.#few[0] = first;
    this.#few[1] = second;
    this.#count = 2;
    this.#many = undefined;
    return this;
  }

  /** False: it is among them. */
  takes(name: string): boolean {
    if (this.#many !== undefined) {
      if (this.#many.has(name)) return false;
      this.#many.add(name);
      return true;
    }
    for (let at = 0; at < this.#count; at++) if (this.#few[at] === name) return false;
    this.#few[this.#count++] = name;
    if (this.#count > FEW) this.#many = new Set(this.#few.slice(0, this.#count));
    return true;
  }
}

/** Could an answer be read as one to another request? Most need no second look: their text has one `"id"` and no escapes. */
export function hasTwoIds(text: string, message: Params): boolean {
  if (hasTwin(message, 'id')) return true;
  const first = text.indexOf('"id"');
  if (text.indexOf('"id"', first + 1) === -1 && !text.includes('\\u')) return false;
  return isAmbiguous(text, 1);
}

/** Whether some reader takes another member for the one of this name: it differs in case alone. */
export function hasTwin(of: Params, name: string): boolean {
  const wanted = folded(name);
  return Object.keys(of).some((other) => other !== name && folded(other) === wanted);
}

/** Upper case first: it also takes the long s for an s, as Unicode's simple folding does. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase();
}
