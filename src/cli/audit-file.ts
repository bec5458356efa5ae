// The file of `serve --audit-log`: opened before anything is served, private to its owner, added to and never cut.
import * as path from 'node:path';
import { McpgwError, systemCode, whyUnreadable } from '../errors.js';
import type { Appender, Host } from '../host.js';
import type { Log } from '../log.js';
import { isReadableByOthers } from './readable-by-others.js';

/** @throws McpgwError IO when it cannot be opened for writing, USAGE for what is no regular file */
export async function openAuditFile(host: Host, log: Log, file: string): Promise<Appender> {
  let appender: Appender;
  try {
    appender = await host.files.openAppend(path.resolve(host.cwd, file), 0o600);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EINVAL' || code === 'EISDIR' || code === 'ENXIO') {
      throw new McpgwError('USAGE', `the audit log ${file} is no regular file`, { cause: error });
    }
    const isNowhere = code === 'ENOENT' || code === 'ENOTDIR';
    const why = isNowhere ? 'its directory is not there' : whyUnreadable(error);
    throw new McpgwError('IO', `cannot write the audit log ${file}: ${why}`, {
      cause: error,
      hint: 'give a file in a directory that exists and is yours',
    });
  }
  if (await isReadableByOthers(host, file)) {
    log.warn(`other users of this machine can read the audit log ${file}: chmod 600 it`);
  }
  return appender;
}
