// Damage to the structure of a document, which stays JSON: subtrees of real configurations in the wrong places, odd
// values, other keys, repeated keys, too many levels, too many members.
import { isRawObject, membersOf } from '../../src/config/raw-value.js';
import { ODD_TEXTS, ODD_VALUES } from './odd-values.js';
import type { Random } from './random.js';
import type { Sources } from './sources.js';

/** A document as it is written: members may repeat, and a value may be a piece of JSON. */
type Tree = Members | Elements | Written;

interface Members {
  readonly members: readonly (readonly [string, Tree])[];
}

interface Elements {
  readonly elements: readonly Tree[];
}

interface Written {
  readonly json: string;
}

export interface TreeDamage {
  readonly random: Random;
  readonly sources: Sources;
}

export function damagedTree(document: unknown, damage: TreeDamage): string {
  let tree = treeOf(document);
  for (let count = damage.random.below(4); count >= 0; count--) tree = damagedSomewhere(tree, damage);
  // A whole document of another kind is soon judged.
  const isWhole = childrenOf(tree).length > 0 || damage.random.once(20);
  if (!isWhole) return damagedTree(document, damage);
  return written(tree, damage.random.pick(['', ' ', '\n  ', '\r\n\t']));
}

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { elements: value.map(treeOf) };
  if (isRawObject(value))
    return { members: membersOf(value).map(([key, member]) => [JSON.stringify(key), treeOf(member)]) };
  return { json: JSON.stringify(value) ?? 'null' };
}

/** One node of the tree, the deeper ones as likely as the higher ones. */
function damagedSomewhere(tree: Tree, damage: TreeDamage): Tree {
  const { random } = damage;
  const children = childrenOf(tree);
  if (children.length === 0 || random.once(6)) return damagedHere(tree, damage);
  const index = random.below(children.length);
  const child = damagedSomewhere(children[index] ?? tree, damage);
  if ('elements' in tree) return { elements: tree.elements.with(index, child) };
  if (!('members' in tree)) return child;
  return { members: tree.members.map(([key, member], at) => [key, at === index ? child : member]) };
}

function childrenOf(tree: Tree): readonly Tree[] {
  if ('elements' in tree) return tree.elements;
  return 'members' in tree ? tree.members.map(([, member]) => member) : [];
}

function damagedHere(tree: Tree, { random, sources }: TreeDamage): Tree {
  const odd: Tree = { json: random.pick(ODD_VALUES) };
  const real = treeOf(random.pick(sources.values));
  if (random.once(3)) return random.once(2) ? odd : real;
  if ('elements' in tree) {
    const { elements } = tree;
    const at = random.below(elements.length + 1);
    return random.pick<Tree>([
      { elements: elements.toSpliced(at, 1) },
      { elements: elements.toSpliced(at, 0, random.once(2) ? odd : real) },
      { elements: [...elements, ...elements] },
      wrapped(tree, random),
    ]);
  }
  if (!('members' in tree)) return random.once(4) ? wrapped(tree, random) : odd;
  const { members } = tree;
  const at = random.below(members.length + 1);
  const [key, member] = members[at] ?? ['"x-note"', odd];
  const name = JSON.stringify(random.pick(sources.keys));
  return random.pick<Tree>([
    { members: members.toSpliced(at, 1) },
    { members: members.toSpliced(at, 0, [name, random.once(2) ? odd : real]) },
    { members: members.toSpliced(at, 1, [name, member]) },
    { members: members.toSpliced(at, 1, [`"${random.pick(ODD_TEXTS)}"`, member]) },
    { members: members.toSpliced(at, 1, [misspelt(key, random), member]) },
    { members: members.toSpliced(at, 0, [key, random.once(2) ? odd : member]) },
    { members: members.toReversed() },
    wrapped(tree, random),
  ]);
}

function misspelt(key: string, random: Random): string {
  const at = 1 + random.below(Math.max(1, key.length - 2));
  return random.pick([
    key.slice(0, at) + key.slice(at + 1),
    key.slice(0, at) + key.charAt(at) + key.slice(at),
    key.toUpperCase(),
    key.replaceAll('_', ''),
  ]);
}

function wrapped(tree: Tree, random: Random): Tree {
  let result = tree;
  for (let depth = random.pick([1, 1, 1, 1, 1, 2, 2, 5, 60, 120]); depth > 0; depth--) {
    result = random.once(2)
      ? { elements: [result] }
      : { members: [[random.pick(['"a"', '"__proto__"', '"values"']), result]] };
  }
  return result;
}

function written(tree: Tree, space: string): string {
  if ('elements' in tree) return `[${tree.elements.map((element) => space + written(element, space)).join(',')}]`;
  if (!('members' in tree)) return tree.json;
  return `{${tree.members.map(([key, member]) => `${space}${key}: ${written(member, space)}`).join(',')}${space}}`;
}
