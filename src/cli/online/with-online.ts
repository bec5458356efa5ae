// `validate --online` over all files of a run: the reports, each with what was found out online. One network for all of
// them. A file with errors is not asked about: its settings may not be what its author means.
import type { CheckedConfig } from '../../config/check.js';
import { inReadingOrder } from '../../diagnostics/diagnostic.js';
import type { Host } from '../../host.js';
import type { FileReport } from '../render/validation/file-report.js';
import { checkOnline } from './check-online.js';
import { openNetwork } from './exchange/network.js';

export interface CheckedFile {
  readonly report: FileReport;
  /** Undefined when the file could not be read. */
  readonly config: CheckedConfig | undefined;
}

export async function withOnlineFindings(
  files: readonly CheckedFile[],
  host: Pick<Host, 'fetch' | 'now'>,
): Promise<readonly FileReport[]> {
  const network = openNetwork({ host });
  return Promise.all(
    files.map(async ({ report, config }) => {
      if (config?.policy === undefined || config.source === undefined) return report;
      const { policy, source } = config;
      const found = await checkOnline({ network, policy, source });
      return { ...report, diagnostics: inReadingOrder([...report.diagnostics, ...found]) };
    }),
  );
}
