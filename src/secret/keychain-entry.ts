// The value of `${keychain:service/account}`: one entry of the operating system's credential store. A store that
// failed once for good is not asked again in the same load: three entries of a store that hangs cost one wait.
import type { Host } from '../host.js';
import type { Found } from './found.js';
import { KeychainError, type KeychainProblem } from './keychain-error.js';

export function createKeychainReader(
  host: Pick<Host, 'keychain'>,
): (service: string, account: string) => Promise<Found> {
  let failed: Found | undefined;
  return async (service, account) => {
    if (failed !== undefined) return failed;
    try {
      const keychain = await host.keychain();
      return foundOf(await keychain.getPassword(service, account));
    } catch (error) {
      if (!(error instanceof KeychainError)) throw error;
      const found: Found = { problem: { message: error.message, help: HELP[error.problem] } };
      if (error.problem !== 'refused') failed = found;
      return found;
    }
  };
}

const HELP: Readonly<Record<KeychainProblem, string>> = {
  'not-loadable': 'install the optional package keytar (on Linux it needs libsecret), or use another kind of reference',
  'no-answer': 'unlock the credential store, and try again',
  refused: 'start or unlock the credential store (on Linux a Secret Service on the session bus), and try again',
};

function foundOf(password: string | null): Found {
  if (password === null) {
    return {
      problem: {
        message: "the system's credential store has no such entry, or is locked",
        help: 'store it there under this service and account, and unlock the store',
      },
    };
  }
  if (password === '') return { problem: { message: 'the entry is empty', help: 'store the secret in it' } };
  if (/[\0\uFFFD]/.test(password)) {
    return { problem: { message: 'the entry holds no text in UTF-8', help: 'store it again, as text' } };
  }
  return { value: password };
}
