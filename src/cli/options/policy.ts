// The flags that choose a configuration and a server of it.
import type { Command } from 'commander';

export interface ConfigOptions {
  readonly config?: string;
}

export interface PolicyOptions extends ConfigOptions {
  readonly server?: string;
}

export function addPolicyOptions(command: Command): Command {
  return addConfigOption(command).option('-s, --server <name>', 'one server of a configuration that has several');
}

export function addConfigOption(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'the configuration (default: $MCPGW_CONFIG, else mcpgw.json or mcpgw.jsonc here)',
  );
}
