// Damage to the tokens of a JSON text: what a person does who edits by hand. Most results parse, or nearly do.
import { ODD_VALUES } from './odd-values.js';
import type { Random } from './random.js';

const TOKEN = /"(?:[^"\\\r\n]|\\.)*"|\/\/[^\r\n]*|\/\*[^]*?\*\/|[{}[\]:,]|[^\s{}[\]:,"]+|\s+|"/g;

export function damagedTokens(text: string, { random, keys }: { random: Random; keys: readonly string[] }): string {
  const tokens = text.match(TOKEN) ?? [];
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(tokens.length);
    const other = random.below(tokens.length);
    switch (random.below(7)) {
      case 0:
        [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
        break;
      case 1:
        tokens.splice(at, 1);
        break;
      case 2:
        tokens.splice(at, 0, tokens[other] ?? '');
        break;
      case 3:
        tokens.splice(at, 1, random.pick(ODD_VALUES));
        break;
      case 4:
        tokens.splice(at, 1, JSON.stringify(random.pick(keys)));
        break;
      case 5:
        tokens.splice(at, random.below(8), ...tokens.slice(other, other + random.below(20)));
        break;
      default:
        tokens.splice(
          at,
          0,
          random.pick(['{', '}', '[', ']', ':', ',', '"', '/*', '//', '\n', '\\', '\uFEFF', '\u2028']),
        );
    }
  }
  return tokens.join('');
}
