// Where the key of the logins is, with a real Secret Service (gnome-keyring), with one that is locked, with one that never
// answers, and with none: the built program logs in, and says where it keeps it. Without the keyring the tests are
// skipped, and their title says so.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { missingKeyring, runWithKeyring, runWithSilentKeyring } from '../support/keyring.js';

const missing = missingKeyring();
if (missing !== undefined) process.stderr.write(`test/integration/login-keychain.test.ts: ${missing}\n`);

let sandbox: Sandbox;
let idp: RunningIdentityProvider;
beforeEach(async () => {
  const made = await createSandbox();
  // As on a desktop: nobody says where the key is to be.
  sandbox = { ...made, env: { ...made.env, MCPGW_CREDENTIAL_STORE: 'auto' } };
  idp = await startIdentityProvider();
  await sandbox.file('mcpgw.json', { external_auth_config: idp.externalAuthConfig });
});
afterEach(async () => {
  await idp.close();
  await sandbox.remove();
});

const LOGIN = ['login', '-c', 'mcpgw.json'];

describe.skipIf(missing !== undefined)(`the key of the logins${missing ? ` (${missing})` : ''}`, () => {
  it('is in the keyring when that works, and the login opens there alone', async () => {
    const session = { sandbox, entries: [] };
    const login = await runWithKeyring(LOGIN, session);
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('stored in: keychain') });
    // The keyring of this session is on disk, and its next session finds it there.
    const token = await runWithKeyring(['token', '-c', 'mcpgw.json'], session);
    expect(token).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ey\S+\n$/) });
    // Without any keyring the login is there, and why it cannot be opened is said.
    const status = await sandbox.run(['status', '-c', 'mcpgw.json'], { env: { MCPGW_CREDENTIAL_STORE: 'auto' } });
    expect(status).toMatchObject({ code: 3, stdout: expect.stringContaining('unreadable') });
    expect(status.stderr).toMatch(/credential store|keychain/i);
    expect(status.stdout + status.stderr).not.toMatch(/not logged in/);
  });

  it('is in a key file when the keyring is locked and nobody can be asked, with one warning', async () => {
    const login = await runWithKeyring(LOGIN, { sandbox, entries: [], locked: true });
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('stored in: key-file') });
    expect(login.stderr.match(/warn:/g)).toHaveLength(1);
    expect(await sandbox.run(['token', '-c', 'mcpgw.json'], { env: { MCPGW_CREDENTIAL_STORE: 'auto' } })).toMatchObject(
      {
        code: 0,
      },
    );
  });

  it('is nowhere else when the keyring is demanded and locked', async () => {
    const login = await runWithKeyring([...LOGIN, '--credential-store', 'keychain'], {
      sandbox,
      entries: [],
      locked: true,
    });
    expect(login).toMatchObject({ code: 3, stderr: expect.stringContaining('hint: ') });
    expect(idp.requests).toEqual([]);
  });

  it('is in a key file when the keyring does not answer within 3 s', async () => {
    const login = await runWithSilentKeyring(LOGIN, sandbox);
    expect(login).toMatchObject({ code: 0, stderr: expect.stringMatching(/stored in: key-file/) });
    expect(login.stderr).toContain('it does not answer');
  });
});

describe('without any keyring', () => {
  it('the key is in a file, with one warning that says what it protects against', async () => {
    const login = await sandbox.run(LOGIN, { env: { MCPGW_CREDENTIAL_STORE: 'auto' } });
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('stored in: key-file') });
    expect(login.stderr).toMatch(/warn: .*protects copies of the data/);
    const demanded = await sandbox.run([...LOGIN, '--force', '--credential-store', 'keychain']);
    expect(demanded.code).toBe(3);
  });
});
