// An object as shown, completed by what holds where it says nothing. Defaults come from the policy, where they are
// made; none is written down here.
import { emptyObject, hasMember, membersOf, type RawObject } from '../raw-value.js';

/** Members of the object stay as they are, and come first; an undefined default is none. */
export function withDefaults(shown: unknown, defaults: RawObject): RawObject {
  const completed = emptyObject();
  for (const [key, value] of membersOf(shown)) completed[key] = value;
  for (const [key, value] of Object.entries(defaults)) {
    if (value !== undefined && !hasMember(completed, key)) completed[key] = value;
  }
  return completed;
}
