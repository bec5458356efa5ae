// `validate --online` over all files of a run: the reports, each with what was found out online. One network for all of
// them. A file with errors is not asked about: its settings may not be what its author means.
import * as path from 'node:path';
import type { CheckedConfig } from '../../config/check.js';
import type { ServerSections } from '../../config/document-kinds.js';
import { inReadingOrder } from '../../diagnostics/diagnostic.js';
import type { Host } from '../../host.js';
import type { FileReport } from '../render/validation/file-report.js';
import { checkOnline } from './check-online.js';
import type { ServerPolicy } from '../../policy/model.js';
import { openNetwork, type Network } from './exchange/network.js';

export interface CheckedFile {
  readonly report: FileReport;
  /** Undefined when the file could not be read. */
  readonly config: CheckedConfig | undefined;
}

export async function withOnlineFindings(files: readonly CheckedFile[], host: Host): Promise<readonly FileReport[]> {
  const network = openNetwork({ host });
  return Promise.all(
    files.map(async ({ report, config }) => {
      if (config?.policy === undefined || config.source === undefined) return report;
      const { policy, source } = config;
      const found = await checkOnline({
        network,
        networkOf: (server, sections) => networkWithTls({ host, file: report.file, server, sections }),
        policy,
        source,
      });
      return { ...report, diagnostics: inReadingOrder([...report.diagnostics, ...found]) };
    }),
  );
}

interface TlsServer {
  readonly host: Host;
  readonly file: string;
  readonly server: ServerPolicy;
  readonly sections: ServerSections;
}

/** With the `tls` of the server, where it has one that can be used: what is wrong with it has been said. */
async function networkWithTls({ host, file, server, sections }: TlsServer): Promise<Network | undefined> {
  if (!server.hasTls || server.url === undefined || !URL.canParse(server.url)) return undefined;
  const [{ readTlsFiles }, { hostWithTls }] = await Promise.all([
    import('../../config/tls-files.js'),
    import('../tls-host.js'),
  ]);
  const directory = path.dirname(path.resolve(host.cwd, file));
  const read = await readTlsFiles(sections, { files: host.files, directory });
  if (read === undefined || !('material' in read)) return undefined;
  const { origin } = new URL(server.url);
  return openNetwork(await hostWithTls(host, { origin, material: read.material }));
}
