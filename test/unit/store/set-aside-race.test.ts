// A damaged file is set aside; what another process has put in its place in the meantime is not.
import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/log.js';
import { Secret } from '../../../src/secret/secret.js';
import { credentialKey } from '../../../src/store/credential-key.js';
import { openCredentialStore, type CredentialStore } from '../../../src/store/credential-store.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

const KEY = credentialKey({
  kind: 'identity',
  issuer: 'https://idp.example.com',
  tokenEndpoint: undefined,
  clientId: 'mcpgw',
  resource: undefined,
});

const hosts: TestHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0).toReversed()) await host.remove();
});

function openStore({ host }: TestHost): CredentialStore {
  return openCredentialStore({ host, log: createLog({ host, level: 'error', format: 'text' }), choice: 'file' });
}

describe('a damaged login', () => {
  it('does not take a new one with it that another process saves while the damage is found out', async () => {
    const other = await createTestHost();
    hosts.push(other);
    const directory = path.join(other.directory, 'data', 'mcpgw', 'credentials');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(path.join(directory, `${KEY.name}.json`), 'damaged', { mode: 0o600 });
    let isSaved = false;
    const reader = await createTestHost({
      sharing: other,
      files: (real) => ({
        ...real,
        readText: async (file) => {
          const text = await real.readText(file);
          if (!isSaved && text === 'damaged') {
            isSaved = true;
            await openStore(other).save(KEY, {
              accessToken: new Secret('access-new'),
              obtainedAtMs: 0,
              expiresAtMs: undefined,
              refreshToken: new Secret('refresh-new'),
              scopes: [],
              issuer: 'https://idp.example.com',
              claims: undefined,
            });
          }
          return text;
        },
      }),
    });
    hosts.push(reader);
    await openStore(reader).read(KEY);
    expect((await openStore(other).read(KEY))?.credential.accessToken.reveal()).toBe('access-new');
  });
});
