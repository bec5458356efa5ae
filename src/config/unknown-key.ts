// What to say of a key that is unknown at its place: what was probably meant by it, or where it belongs. Loaded only
// when there is an error to explain.
import { documentKind } from './document-kinds.js';
import { keyHomes } from './key-homes.js';
import { claimKnownAs, keyKnownAs, ruleOfCode } from './other-names.js';
import type { Path } from './path.js';
import type { IssueDetails } from './schema/structure.js';
import { closest, rememberedNearestKey } from './suggest.js';

export interface KeyAdvice {
  readonly help: string | undefined;
  /** The key of the same object that it probably stands for. */
  readonly meant?: string | undefined;
}

export type AdviseOnKey = (path: Path, details: Extract<IssueDetails, { kind: 'unknown-key' }>) => KeyAdvice;

/** What would make a document of one form one of another. */
const KEY_OF_OTHER_FORM = { bare: undefined, gateway: 'mcp_integration_details', portkey: 'mcpServers' } as const;
const ONE_FORM = 'a document has either `mcpServers` or `mcp_integration_details`';

/** For the keys of one document. */
export function keyAdviser(document: unknown): AdviseOnKey {
  const nearestKey = rememberedNearestKey();
  const closestKey = rememberedNearestKey(closest);
  const kind = documentKind(document);
  const homeOf = keyHomes(kind);
  return (path, { known, hints, otherwise }) => {
    const key = String(path.at(-1));
    if (Object.hasOwn(hints, key)) return { help: hints[key], meant: nearestKey(key, known) };
    if (key === KEY_OF_OTHER_FORM[kind]) return { help: ONE_FORM };
    const claim = claimKnownAs(key, known);
    if (claim !== undefined) return { help: `write a rule: "claimValues": { "${claim}": { "values": … } }` };
    const alias = ruleOfCode(key, known) ?? keyKnownAs(key, known) ?? closestKey(key, known);
    const home = alias === undefined ? homeOf(path) : undefined;
    if (home !== undefined) return { help: `it belongs ${home}` };
    const meant = alias ?? nearestKey(key, known);
    return { help: meant === undefined ? otherwise : `did you mean \`${meant}\`?`, meant };
  };
}
