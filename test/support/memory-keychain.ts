// Credential stores for tests: one that works and counts what it is asked, and one for each way of failing.
import type { Keychain } from '../../src/host.js';
import { KeychainError, type KeychainProblem } from '../../src/secret/keychain-error.js';

export interface MemoryKeychain extends Keychain {
  /** By `service/account`. */
  readonly entries: Map<string, string>;
  /** What was read, in order. */
  readonly asked: string[];
}

export function memoryKeychain(entries: Readonly<Record<string, string>> = {}): MemoryKeychain {
  const kept = new Map(Object.entries(entries));
  const asked: string[] = [];
  return {
    entries: kept,
    asked,
    getPassword: async (service, account) => {
      asked.push(`${service}/${account}`);
      return kept.get(`${service}/${account}`) ?? null;
    },
    setPassword: async (service, account, password) => void kept.set(`${service}/${account}`, password),
    deletePassword: async (service, account) => kept.delete(`${service}/${account}`),
  };
}

export function brokenKeychain(problem: KeychainProblem = 'not-loadable'): MemoryKeychain {
  const asked: string[] = [];
  const fail = (): Promise<never> => Promise.reject(new KeychainError(problem));
  return {
    entries: new Map(),
    asked,
    getPassword: (service, account) => {
      asked.push(`${service}/${account}`);
      return fail();
    },
    setPassword: fail,
    deletePassword: fail,
  };
}
