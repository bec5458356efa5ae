// checkConfig on a text, in a world that the test writes down: an environment and files in memory.
import { checkConfig, type CheckedConfig, type CheckOptions } from '../../../src/config/check.js';
import { nodeHost } from '../../../src/host.js';
import type { GatewayPolicy, ServerPolicy } from '../../../src/policy/model.js';

export interface World extends Partial<Omit<CheckOptions, 'host' | 'text'>> {
  readonly env?: Readonly<Record<string, string>>;
  /** By absolute path. */
  readonly files?: Readonly<Record<string, string>>;
}

export function checkText(text: string, { env = {}, files = {}, ...options }: World = {}): Promise<CheckedConfig> {
  return checkConfig({ ...BARE_OPTIONS, ...options, host: { env, files: memoryFiles(files) }, text });
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
  return {
    ...nodeHost().files,
    readText: async (file) => {
      const text = files[file];
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return text;
    },
  };
}

const BARE_OPTIONS: Omit<CheckOptions, 'host' | 'text'> = {
  file: 'mcpgw.json',
  directory: '/etc/mcpgw',
  resolveReferences: true,
  trusted: true,
  lint: false,
};
