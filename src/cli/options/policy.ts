// The flags that choose a configuration and a server of it.
import type { Command } from 'commander';

export interface PolicyOptions {
  readonly config?: string;
  readonly server?: string;
}

export function addPolicyOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration (default: $MCPGW_CONFIG, else mcpgw.json or mcpgw.jsonc here)')
    .option('-s, --server <name>', 'one server of a configuration that has several');
}
