// One server of a document as the checks see it: its settings, each with its place, and whether it may leave this
// machine. A value that came from a secret reference never does, and neither does anything derived from it.
import { settingOf, type ServerSections, type Setting } from '../../config/document-kinds.js';
import type { ConfigSource } from '../../config/check.js';
import type { LintFinding } from '../../config/lint.js';
import { labelOf, type Path } from '../../config/path.js';
import { looksLikePlaceholder } from '../../config/lint/placeholder.js';
import { memberOf } from '../../config/raw-value.js';
import type { ServerPolicy } from '../../policy/model.js';
import type { Network } from './exchange/network.js';
import { onlineFinding } from './online-finding.js';

export interface ServerSubject {
  readonly network: Network;
  readonly source: ConfigSource;
  readonly sections: ServerSections;
  readonly policy: ServerPolicy;
}

/** A text of the document. */
export interface PlacedText {
  readonly text: string;
  readonly path: Path;
  /** Why it is sent nowhere; it may be compared all the same. */
  readonly staysHere: 'reference' | 'placeholder' | undefined;
  /** That reference has no value here (`--no-resolve`): not even comparing it would tell anything. */
  readonly isUndetermined: boolean;
}

export function settingOfServer({ sections }: ServerSubject, key: string): Setting | undefined {
  return settingOf(sections, key);
}

/** The member of an object-valued setting; undefined when there is none, or it is no text. */
export function memberText(subject: ServerSubject, key: string, member: string): PlacedText | undefined {
  const setting = settingOfServer(subject, key);
  return setting && placedText(subject, memberOf(setting.value, member), [...setting.path, member]);
}

export function placedText({ source }: ServerSubject, value: unknown, path: Path): PlacedText | undefined {
  if (typeof value !== 'string') return undefined;
  const staysHere = source.isReference(path) ? 'reference' : looksLikePlaceholder(value) ? 'placeholder' : undefined;
  return { text: value, path, staysHere, isUndetermined: source.isUndetermined(path) };
}

/** What is said of a text that stays here. */
export function keptBack({ path, staysHere }: PlacedText): LintFinding {
  if (staysHere === 'reference') {
    const message = `${labelOf(path)} came from a secret reference, so it was sent nowhere and not checked`;
    return onlineFinding('MCPGW202', { path, message });
  }
  const message = `${labelOf(path)} is still a placeholder, so it was not checked`;
  return onlineFinding('MCPGW202', { path, message, help: 'put the real value in its place' });
}
