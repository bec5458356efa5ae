// A file as SARIF names it (SARIF 2.1.0 section 3.4): relative to the source root where it is below it, else as a file
// URI; every character that a URI cannot hold is percent-encoded.
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isStandardInput, stepsFromRoot, type SourceRoot } from '../source-root.js';

export interface ArtifactLocation {
  readonly uri: string;
  readonly uriBaseId?: string;
}

export function artifactLocation(file: string, sources: SourceRoot): ArtifactLocation {
  // No file of the repository, but readers want a location: a name that none has.
  if (isStandardInput(file)) return { uri: encoded(file) };
  const steps = path.isAbsolute(file) ? undefined : stepsFromRoot(file, sources);
  if (steps === undefined) return { uri: fileUri(path.resolve(sources.cwd, file)) };
  return { uri: steps.map(encoded).join('/'), uriBaseId: '%SRCROOT%' };
}

function fileUri(file: string): string {
  return pathToFileURL(wellFormed(file)).href;
}

function encoded(step: string): string {
  return encodeURIComponent(wellFormed(step));
}

/** Half of a surrogate pair has no place in a URI. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\uFFFD');
}
