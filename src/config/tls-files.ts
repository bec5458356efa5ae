// The files that `tls` of a server names: read, judged, and either usable together or findings with their places. Apart
// from the check of the document, because only those who connect need them (spec: config, "Server entry").
import * as path from 'node:path';
import { whyUnreadable } from '../errors.js';
import type { Files } from '../host.js';
import { certificateProblem, keyProblem, type PemProblem } from '../net/pem-problem.js';
import type { TlsMaterial } from '../net/tls.js';
import { helpForPath } from '../secret/secret-file.js';
import { Secret } from '../secret/secret.js';
import { settingOf, type Layout, type ServerSections } from './document-kinds.js';
import type { LintFinding } from './lint.js';
import { labelOf, pointerOf, type Path } from './path.js';
import { memberOf } from './raw-value.js';

export interface TlsFilesOptions {
  readonly files: Pick<Files, 'readStart'>;
  /** Absolute; paths are relative to it. */
  readonly directory: string;
}

export type TlsFiles =
  | {
      readonly material: TlsMaterial;
      /** Absolute; undefined where there is no client certificate. */
      readonly keyFile: string | undefined;
    }
  | { readonly findings: readonly LintFinding[] };

/** Bundles of all public authorities are a tenth of it. */
const LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Undefined: the server has no `tls`.
 *
 * INVARIANT: the document has no error.
 */
export async function readTlsFiles(server: ServerSections, options: TlsFilesOptions): Promise<TlsFiles | undefined> {
  const setting = settingOf(server, 'tls');
  if (setting === undefined) return undefined;
  const findings: LintFinding[] = [];
  const read = async (name: 'ca' | 'cert' | 'key', judge: Judge): Promise<string | undefined> => {
    const written = memberOf(setting.value, name);
    if (typeof written !== 'string') return undefined;
    const outcome = await textOf({ ...options, path: [...setting.path, name], written, judge });
    if (typeof outcome === 'string') return outcome;
    findings.push(outcome);
    return undefined;
  };
  const ca = await read('ca', certificateProblem);
  const cert = await read('cert', certificateProblem);
  // Of a certificate that is no good, nothing says which key it needs.
  const key = await read('key', (text) => (cert === undefined ? undefined : keyProblem(text, cert)));
  if (findings.length > 0) return { findings };
  const client = cert === undefined || key === undefined ? undefined : { cert, key: new Secret(key) };
  const written = memberOf(setting.value, 'key');
  const keyFile = typeof written === 'string' ? path.resolve(options.directory, written) : undefined;
  return { material: { ca, client }, keyFile };
}

/** What is wrong with the files of any server of a document, each place once. */
export async function tlsFindings({ servers }: Layout, options: TlsFilesOptions): Promise<readonly LintFinding[]> {
  const found = new Map<string, LintFinding>();
  for (const server of servers) {
    const read = await readTlsFiles(server, options);
    if (read === undefined || !('findings' in read)) continue;
    for (const finding of read.findings) found.set(pointerOf(finding.path), finding);
  }
  return [...found.values()];
}

type Judge = (text: string) => PemProblem | undefined;

interface NamedFile extends Pick<TlsFilesOptions, 'files' | 'directory'> {
  readonly path: Path;
  /** As the configuration has it. */
  readonly written: string;
  readonly judge: Judge;
}

async function textOf({ files, directory, path: at, written, judge }: NamedFile): Promise<string | LintFinding> {
  const error = (message: string, help: string): LintFinding => ({
    code: 'MCPGW119',
    severity: 'error',
    path: at,
    part: 'value',
    message,
    help,
  });
  const finding = ({ says, help }: PemProblem): LintFinding => error(`the file of ${labelOf(at)} ${says}`, help);
  if (written.includes('-----BEGIN')) {
    const message = `${labelOf(at)} must be a path, and this is the text of a file`;
    return error(message, 'write the path itself, without `${file:…}`');
  }
  try {
    const { kind, bytes } = await files.readStart(path.resolve(directory, written), LIMIT_BYTES + 1);
    if (kind !== 'file') return finding({ says: 'is no regular file', help: 'name a file' });
    if (bytes.length > LIMIT_BYTES) return finding({ says: 'is larger than 4 MiB', help: 'is it the right file?' });
    const text = Buffer.from(bytes).toString('utf8');
    const problem = judge(text);
    return problem === undefined ? text : finding(problem);
  } catch (error) {
    return finding({ says: `cannot be read: ${whyUnreadable(error)}`, help: helpForPath(written) });
  }
}
