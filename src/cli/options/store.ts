// The flag that chooses where credentials live (spec: login, "Where credentials live").
import { Option, type Command } from 'commander';

export type CredentialStoreChoice = 'auto' | 'keychain' | 'file' | 'none';

export interface StoreOptions {
  readonly credentialStore?: CredentialStoreChoice;
}

export function addStoreOptions(command: Command): Command {
  return command.addOption(
    new Option('--credential-store <where>', 'where the key of the stored credentials lives')
      .choices(['auto', 'keychain', 'file', 'none'])
      .default('auto')
      .env('MCPGW_CREDENTIAL_STORE'),
  );
}
