// A private certificate authority for one test file, made by openssl: certificates for servers and clients, keys, and the
// files that a configuration names. Keys are for nothing else, and gone with the directory.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Paths of PEM files, and what is in them. */
export interface Certified {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface CertificateAuthority {
  readonly directory: string;
  /** The authority's own certificate. */
  readonly caFile: string;
  readonly ca: string;
  /** A certificate for these names, or of a client without any. */
  readonly issue: (name: string, hosts?: readonly string[]) => Promise<Certified>;
  readonly remove: () => Promise<void>;
}

const run = promisify(execFile);
const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export async function createAuthority(name = 'Test authority'): Promise<CertificateAuthority> {
  const directory = await mkdtemp(path.join(tmpdir(), 'mcpgw-ca-'));
  const at = (file: string): string => path.join(directory, file);
  const openssl = (...words: readonly string[]): Promise<unknown> => run('openssl', words);
  // No settings but these, whatever the machine's own are.
  await writeFile(
    at('openssl.cnf'),
    '[req]\ndistinguished_name = dn\nx509_extensions = ca\n[dn]\n[ca]\nbasicConstraints = critical,CA:TRUE\nsubjectKeyIdentifier = hash\n',
  );
  const request = ['req', '-config', at('openssl.cnf'), ...EC_KEY];
  await openssl(
    ...request,
    '-x509',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  return {
    directory,
    caFile: at('ca.pem'),
    ca: readFileSync(at('ca.pem'), 'utf8'),
    issue: async (subject, hosts = []) => {
      const [certFile, keyFile, csr, extensions] = [
        `${subject}.pem`,
        `${subject}.key`,
        `${subject}.csr`,
        `${subject}.cnf`,
      ].map(at) as [string, string, string, string]; // four in, four out
      await openssl(...request, '-subj', `/CN=${subject}`, '-keyout', keyFile, '-out', csr);
      const names = hosts.map((host) => `DNS:${host}`).join(',');
      await writeFile(extensions, `basicConstraints = CA:FALSE\n${names === '' ? '' : `subjectAltName = ${names}\n`}`);
      await openssl(
        'x509',
        '-req',
        '-in',
        csr,
        '-CA',
        at('ca.pem'),
        '-CAkey',
        at('ca.key'),
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        extensions,
        '-out',
        certFile,
      );
      return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
