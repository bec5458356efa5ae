import { describe, expect, it } from 'vitest';
import { nodeHost } from '../../../src/host.js';
import { configDirectory, credentialDirectory, keyDirectory } from '../../../src/store/directories.js';

function places(platform: NodeJS.Platform, env: Record<string, string>): readonly [string, string] {
  const host = { ...nodeHost(), platform, env, home: '/home/ana' };
  return [credentialDirectory(host), keyDirectory(host)];
}

describe('the directories', () => {
  it('follow XDG on Linux, and keep key and data apart', () => {
    expect(places('linux', {})).toEqual(['/home/ana/.local/share/mcpgw/credentials', '/home/ana/.config/mcpgw/keys']);
    expect(places('linux', { XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: '/c' })).toEqual([
      '/d/mcpgw/credentials',
      '/c/mcpgw/keys',
    ]);
  });

  it('ignore relative XDG paths, as the specification says', () => {
    expect(places('linux', { XDG_DATA_HOME: 'd', XDG_CONFIG_HOME: '' })).toEqual(places('linux', {}));
  });

  it('are those of env-paths on macOS', () => {
    expect(places('darwin', { XDG_DATA_HOME: '/d' })).toEqual([
      '/home/ana/Library/Application Support/mcpgw/credentials',
      '/home/ana/Library/Preferences/mcpgw/keys',
    ]);
  });

  it('are those of env-paths on Windows', () => {
    const [data, config] = places('win32', { LOCALAPPDATA: '/L', APPDATA: '/R' });
    expect(data).toBe('/L/mcpgw/Data/credentials');
    expect(config).toBe('/R/mcpgw/Config/keys');
  });

  it.each(['', '.', 'ana'])('are nowhere when the home is %j: never in the working directory', (home) => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const host = { ...nodeHost(), platform, env: { APPDATA: '', LOCALAPPDATA: '' }, home };
      for (const place of [credentialDirectory, keyDirectory, configDirectory]) {
        expect(() => place(host)).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
      }
    }
  });
});
