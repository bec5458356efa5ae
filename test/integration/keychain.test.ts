// `${keychain:…}` against a real Secret Service: the built program, keytar, D-Bus and gnome-keyring. Without those on
// the machine the tests are skipped, and their title says so.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { missingKeyring, runWithKeyring, runWithSilentKeyring } from '../support/keyring.js';

const missing = missingKeyring();
if (missing !== undefined) process.stderr.write(`test/integration/keychain.test.ts: ${missing}\n`);

const PASSWORD = 'sentinel-pässword';
const ENTRIES = [['mcpgw-test', 'account', PASSWORD]] as const;
const config = (reference: string): object => ({
  mcpServers: { a: { url: 'https://mcp.example.com/mcp', headers: { Authorization: `Bearer ${reference}` } } },
});

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.remove());

describe.skipIf(missing !== undefined)(
  `a secret in the system's credential store${missing ? ` (${missing})` : ''}`,
  () => {
    it('is found, and masked wherever it is shown', async () => {
      await sandbox.file('mcpgw.json', config('${keychain:mcpgw-test/account}'));
      const session = { sandbox, entries: ENTRIES };
      const validated = await runWithKeyring(['validate', '--show-resolved', 'mcpgw.json'], session);
      expect(validated.code).toBe(0);
      expect(validated.stdout).toContain('"Authorization": "••••••"');
      const simulated = await runWithKeyring(['simulate', '-c', 'mcpgw.json', '--json'], session);
      expect(simulated.code).toBe(0);
      expect(simulated.stdout).toContain('••••••');
      for (const { stdout, stderr } of [validated, simulated]) expect(stdout + stderr).not.toContain('sentinel');
    });

    it('is what the upstream would get', async () => {
      await sandbox.file('mcpgw.json', config('${keychain:mcpgw-test/account}'));
      const { stdout } = await runWithKeyring(['simulate', '-c', 'mcpgw.json', '--json', '--show-secrets'], {
        sandbox,
        entries: ENTRIES,
      });
      expect(stdout).toContain(`"Bearer ${PASSWORD}"`);
    });

    it('that is not there is an error that names the reference and says what to do', async () => {
      await sandbox.file('mcpgw.json', config('${keychain:mcpgw-test/nobody}'));
      const session = { sandbox, entries: ENTRIES };
      const { code, stdout } = await runWithKeyring(['validate', 'mcpgw.json'], session);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /MCPGW115 `Authorization`: `\$\{keychain:mcpgw-test\/nobody\}`: .*no such entry, or is locked\n {2}help: store it/,
      );
      expect(await runWithKeyring(['validate', '--no-resolve', 'mcpgw.json'], session)).toMatchObject({ code: 0 });
      expect(await runWithKeyring(['simulate', '-c', 'mcpgw.json'], session)).toMatchObject({ code: 2, stdout: '' });
    });

    it('that is locked, where nobody can be asked, is the same error', async () => {
      await sandbox.file('mcpgw.json', config('${keychain:mcpgw-test/account}'));
      const session = { sandbox, entries: ENTRIES, locked: true };
      const { code, stdout } = await runWithKeyring(['validate', 'mcpgw.json'], session);
      expect(code).toBe(1);
      expect(stdout).toContain('no such entry, or is locked');
      expect(stdout).not.toContain('sentinel');
    });

    it('of a store that never answers is given up, and the program ends', async () => {
      await sandbox.file('mcpgw.json', {
        ...config('${keychain:mcpgw-test/account}'),
        client_headers: { 'X-A': '${keychain:mcpgw-test/other}' },
      });
      const { code, stdout } = await runWithSilentKeyring(['validate', 'mcpgw.json'], sandbox);
      expect(code).toBe(1);
      expect(stdout.match(/MCPGW115 .*it does not answer/g)).toHaveLength(2);
    });
  },
);

describe('where there is no credential store', () => {
  it('a reference to it is an error, and a file without one is none', async () => {
    await sandbox.file('mcpgw.json', config('${keychain:mcpgw-test/account}'));
    const { code, stdout } = await sandbox.run(['validate', 'mcpgw.json']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /MCPGW115 `Authorization`: `\$\{keychain:mcpgw-test\/account\}`: the system's credential store/,
    );
    expect(stdout).toContain('  help: ');
    await sandbox.file('plain.json', config('${TOKEN}'));
    expect(await sandbox.run(['validate', 'plain.json'], { env: { TOKEN: 'x' } })).toMatchObject({ code: 0 });
  });

  it('a configuration is checked without it by --no-resolve', async () => {
    await sandbox.file('mcpgw.json', config('${keychain:mcpgw-test/account}'));
    expect(await sandbox.run(['validate', '--no-resolve', 'mcpgw.json'])).toMatchObject({ code: 0 });
  });
});
