// What is wrong with the text of a certificate or key file, in words that follow the file's name. Never quotes it.
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { systemCode } from '../errors.js';

export interface PemProblem {
  readonly says: string;
  readonly help: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Of one certificate or several; the first is the one that is meant. */
export function certificateProblem(text: string): PemProblem | undefined {
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) {
    return text.includes('PRIVATE KEY-----')
      ? { says: 'holds a key and no certificate', help: 'name the file of the certificate' }
      : {
          says: 'holds no certificate in PEM',
          help: 'convert it: openssl x509 -inform DER -in <file> -out <file>.pem',
        };
  }
  return found.every((pem) => certificateOf(pem) !== undefined)
    ? undefined
    : { says: 'holds a certificate that cannot be read', help: 'get the file anew: it is damaged' };
}

/** Of the key of a certificate that is none of the problems above. */
export function keyProblem(text: string, certificates: string): PemProblem | undefined {
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch (error) {
    return systemCode(error) === 'ERR_MISSING_PASSPHRASE' || text.includes('ENCRYPTED')
      ? {
          says: 'is encrypted, and nobody can be asked for its passphrase',
          help: 'decrypt it into a file that only you can read: openssl pkey -in <file> -out <file>.pem',
        }
      : { says: 'holds no private key in PEM', help: 'convert it: openssl pkey -in <file> -out <file>.pem' };
  }
  const [first = ''] = certificates.match(CERTIFICATE) ?? [];
  return certificateOf(first)?.checkPrivateKey(key) === true
    ? undefined
    : {
        says: 'does not belong to the certificate of `cert`',
        help: 'name the key that the certificate was made for; in a file of several, its own certificate stands first',
      };
}

function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
