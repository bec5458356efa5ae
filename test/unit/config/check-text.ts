// checkConfig on a text, in a world that the test writes down: an environment and files in memory.
import { checkConfig, type CheckedConfig, type CheckOptions } from '../../../src/config/check.js';
import { nodeHost, type Keychain } from '../../../src/host.js';
import { brokenKeychain } from '../../support/memory-keychain.js';
import type { GatewayPolicy, ServerPolicy } from '../../../src/policy/model.js';

export interface World extends Partial<Omit<CheckOptions, 'host' | 'text'>> {
  readonly env?: Readonly<Record<string, string>>;
  /** By absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The credential store; by default there is none. */
  readonly keychain?: Keychain;
}

export function checkText(text: string, world: World = {}): Promise<CheckedConfig> {
  const { env = {}, files = {}, keychain = brokenKeychain(), ...options } = world;
  const host = { env, files: memoryFiles(files), keychain: async () => keychain };
  return checkConfig({ ...BARE_OPTIONS, ...options, host, text });
}

/** The policy of a valid configuration; throws what is wrong with any other. */
export async function policyOf(config: unknown, world: World = {}): Promise<GatewayPolicy> {
  const { policy, diagnostics } = await checkText(typeof config === 'string' ? config : JSON.stringify(config), world);
  if (policy === undefined) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n'));
  return policy;
}

export async function serverOf(config: unknown, world: World = {}): Promise<ServerPolicy> {
  const [server] = (await policyOf(config, world)).servers;
  if (server === undefined) throw new Error('no server');
  return server;
}

export function memoryFiles(files: Readonly<Record<string, string>>): CheckOptions['host']['files'] {
  const readText = async (file: string): Promise<string> => {
    const text = files[file];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  return {
    ...nodeHost().files,
    readText,
    readStart: async (file, atMostBytes) => ({
      kind: 'file',
      bytes: Buffer.from(await readText(file)).subarray(0, atMostBytes),
    }),
  };
}

const BARE_OPTIONS: Omit<CheckOptions, 'host' | 'text'> = {
  file: 'mcpgw.json',
  directory: '/etc/mcpgw',
  resolveReferences: true,
  trusted: true,
  lint: false,
};
