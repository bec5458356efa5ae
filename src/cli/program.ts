// The tree of commands: names, flags, help. No behaviour: each action imports its command when it is chosen.
import { Command, Option } from 'commander';
import type { Host } from '../host.js';
import { proxiedFetch } from '../net/routed-fetch.js';
import { withoutSecrets } from '../secret/redact.js';
import { createContext, type CommandContext } from './context.js';
import type { ExitCode } from './exit-codes.js';
import { addJsonOption, addOutputOptions, type OutputOptions } from './options/output.js';
import { addConfigOption, addPolicyOptions } from './options/policy.js';
import { addStoreOptions } from './options/store.js';
import { addTokenOptions } from './options/token.js';

export interface Program {
  readonly command: Command;
  /** Runs the command that the words name and gives its exit code. */
  readonly run: (words: readonly string[]) => Promise<ExitCode>;
}

export function createProgram(world: Host, version: string): Program {
  const host: Host = { ...world, fetch: proxiedFetch(world) };
  let outcome: ExitCode = 0;
  /** Binds a command's implementation: commander hands over arguments, then options, then the command itself. */
  const action =
    (load: () => Promise<(context: CommandContext, args: readonly string[], options: never) => Promise<ExitCode>>) =>
    async (...given: unknown[]): Promise<void> => {
      const options = given.at(-2) as OutputOptions; // commander's contract: the last two are the options and the command
      const args = given
        .slice(0, -2)
        .flat()
        .filter((word) => typeof word === 'string');
      const run = await load();
      // The options are those that the flags below declare; each command names their shape as its own type.
      outcome = await run(createContext(host, options), args, options as never);
    };

  const program = new Command('mcpgw')
    .description('Policy gateway for the Model Context Protocol, on your own machine and in CI.')
    .version(version, '-V, --version', 'print the version alone')
    .helpCommand('help [command]', 'show usage of a command')
    .showSuggestionAfterError(true)
    .showHelpAfterError('hint: mcpgw --help, or mcpgw help <command>')
    .configureOutput({
      writeOut: (text) => void host.stdio.stdout.write(text),
      // commander repeats the words it does not know, and one of them may be a token.
      writeErr: (text) => void host.stdio.stderr.write(withoutSecrets(text)),
    })
    .exitOverride();

  const add = (usage: string, description: string): Command =>
    program.command(usage).description(description).allowExcessArguments(false);

  const validate = add('validate', 'check configurations: every error and warning, with its place')
    .argument('<file...>', 'configurations to check; - reads standard input')
    .addOption(
      // No default of commander's: `--json` beside a format that was asked for is a contradiction.
      new Option('--format <format>', 'how to print what was found (default: text)').choices([
        'text',
        'json',
        'sarif',
        'github',
        'junit',
      ]),
    )
    .option('--json', 'the same as --format json', false)
    .option('--strict', 'warnings fail, too', false)
    .option('--no-resolve', 'do not look up secret references')
    .option('--show-resolved', 'print what mcpgw made of each file: defaults filled in, secrets masked', false)
    .option('--stdin-filename <name>', 'what to call standard input in diagnostics', '<stdin>')
    .option('--online', 'ask what the configuration names, too: keys, discovery documents, upstreams', false)
    .action(action(async () => (await import('./commands/validate.js')).validate));
  addOutputOptions(validate).addHelpText(
    'after',
    examples(['mcpgw validate mcpgw.json', 'mcpgw validate --strict --format sarif *.jsonc > mcpgw.sarif']),
  );

  const decodeToken = add('decode-token', 'show what a JWT says, without verifying anything')
    .argument('[token]', 'the token; - reads standard input')
    .action(action(async () => (await import('./commands/decode-token.js')).decodeToken));
  addOutputOptions(addJsonOption(addTokenOptions(decodeToken))).addHelpText(
    'after',
    examples(['mcpgw decode-token --token-env TOKEN', 'mcpgw token | mcpgw decode-token']),
  );

  const verifyToken = add('verify-token', 'judge a token by the jwt_validation of a configuration')
    .argument('[token]', 'the token; - reads standard input')
    .option('--at <time>', 'judge as of another moment (ISO 8601)')
    .option('--explain', 'show which keys were considered, and why', false)
    .action(action(async () => (await import('./commands/verify-token.js')).verifyToken));
  addOutputOptions(addJsonOption(addTokenOptions(addPolicyOptions(verifyToken)))).addHelpText(
    'after',
    examples([
      'mcpgw verify-token -c mcpgw.json --token-env TOKEN',
      'mcpgw token | mcpgw verify-token -c mcpgw.json --json',
    ]),
  );

  const simulate = add('simulate', 'show which headers an upstream would receive, and why; sends nothing')
    .argument('[token]', 'the token; - reads standard input')
    .option('-H, --header <line>', "a client header, 'Name: value' (repeatable)", collect, [])
    .option('--headers-file <path>', "client headers, one 'Name: value' a line")
    .option('--claims <json>', 'claims of a caller, instead of a token')
    .option('--request <json>', 'a JSON-RPC request of a host: the tool that it calls, and the headers in its _meta')
    .option('--diff <config>', 'another configuration: show what changes for this request from -c to it')
    .option('--show-secrets', 'do not mask secret values', false)
    .action(action(async () => (await import('./commands/simulate.js')).simulate));
  addOutputOptions(addJsonOption(addStoreOptions(addTokenOptions(addPolicyOptions(simulate))))).addHelpText(
    'after',
    examples([
      'mcpgw simulate -c mcpgw.json --claims \'{"sub":"ana"}\' -H \'X-Request-Id: 7\'',
      'mcpgw simulate -c mcpgw.json -s linear --token-env TOKEN --json',
      'mcpgw simulate -c mcpgw.json --diff proposed.json --token-env TOKEN',
    ]),
  );

  const test = add('test', 'run policy tests: examples against a configuration, decided offline as serve decides')
    .argument('<file...>', 'test files, in YAML or JSON; each names its configuration')
    .addOption(
      new Option('--format <format>', 'how to print the results (default: text)').choices(['text', 'json', 'junit']),
    )
    .option('--json', 'the same as --format json', false)
    .option('--coverage', 'tell which rules of the configurations no test made decide', false)
    .option('--watch', 'run the tests again whenever one of their files has changed', false)
    .action(action(async () => (await import('./commands/test.js')).test));
  addOutputOptions(test).addHelpText(
    'after',
    examples(['mcpgw test policy.test.yaml', 'mcpgw test --format junit tests/*.yaml > policy.xml']),
  );

  const login = add('login', "sign in at a server's identity provider, and at the server itself")
    .argument('[server]', 'one server of the configuration')
    .option('--identity', "the caller's identity login alone", false)
    .option('--upstream', 'the access to the upstream alone', false)
    .option('--all', 'ask every upstream that may want a login, too', false)
    .option('--force', 'log in again, even when a login is still good', false)
    .option('--scope <scope>', 'ask for this, too (repeatable)', collect, [])
    .option('--port <port>', 'port of the loopback redirect (default: a free one)')
    .option('--timeout <seconds>', 'how long to wait for the browser', '300')
    .option('--no-browser', 'print the URL and open nothing')
    .option('--device', 'log in on another device: shows an address and a code to enter there', false)
    .action(action(async () => (await import('./commands/login.js')).login));
  addOutputOptions(addJsonOption(addStoreOptions(addPolicyOptions(login.addOption(upstreamUrl()))))).addHelpText(
    'after',
    examples(['mcpgw login -c mcpgw.json', 'mcpgw login linear --device']),
  );

  const logout = add('logout', 'revoke and delete a stored login')
    .argument('[server]', 'one server of the configuration')
    .option('--all', 'every login of the configuration', false)
    .option('--identity', "the caller's identity login alone", false)
    .option('--upstream', 'the access to the upstream alone', false)
    .action(action(async () => (await import('./commands/logout.js')).logout));
  addOutputOptions(addJsonOption(addStoreOptions(addPolicyOptions(logout.addOption(upstreamUrl()))))).addHelpText(
    'after',
    examples(['mcpgw logout linear', 'mcpgw logout --all']),
  );

  const status = add('status', 'show the logins that the configuration needs and which of them are good')
    .argument('[server]', 'one server of the configuration')
    .action(action(async () => (await import('./commands/status.js')).status));
  addOutputOptions(addJsonOption(addStoreOptions(addPolicyOptions(status.addOption(upstreamUrl()))))).addHelpText(
    'after',
    examples(['mcpgw status', 'mcpgw status --json | jq .logins']),
  );

  const token = add('token', 'print a valid access token, refreshed if need be')
    .argument('[server]', 'one server of the configuration')
    .option('--header', 'print the whole header line', false)
    .option('--identity', "the caller's identity login", false)
    .option('--upstream', 'the access to the upstream', false)
    .action(action(async () => (await import('./commands/token.js')).token));
  addOutputOptions(addJsonOption(addStoreOptions(addPolicyOptions(token.addOption(upstreamUrl()))))).addHelpText(
    'after',
    examples(['mcpgw token linear', 'curl -H "$(mcpgw token --header)" https://api.example.com/']),
  );

  const init = add('init', 'write a commented starter configuration for an identity provider')
    .argument('[file]', 'what to write; - prints it instead; never overwrites', 'mcpgw.jsonc')
    .option('--idp <name>', 'okta, auth0, entra, cognito, descope, keycloak, google, or generic (default: ask)')
    .option('--upstream <url>', 'the remote MCP server')
    .option('--name <name>', "what to call that server (default: from its host's name)")
    .option('--domain <domain>', "okta, auth0, keycloak: the provider's host, or its address")
    .option('--tenant <id>', 'entra: directory (tenant) ID')
    .option('--user-pool <id>', 'cognito: user pool ID')
    .option('--realm <name>', 'keycloak: the realm')
    .option('--issuer <url>', 'descope, generic: the issuer')
    .option('--jwks-uri <url>', 'generic: where the keys are')
    .option('--client-id <id>', 'the client that logs in')
    .option('--client-secret-env <name>', 'google: the environment variable that will hold the client secret')
    .option('--audience <audience>', 'all but cognito, google: what access tokens for this gateway have as aud')
    .action(action(async () => (await import('./commands/init.js')).init));
  addOutputOptions(addJsonOption(init)).addHelpText(
    'after',
    examples([
      'mcpgw init --idp okta --domain dev-1234.okta.com --upstream https://mcp.example.com/mcp',
      'mcpgw init team.jsonc --idp keycloak --domain sso.example.com --realm acme --json',
    ]),
  );

  const serve = add('serve', 'bridge an MCP host on stdin and stdout to remote servers, under the policy')
    .addOption(upstreamUrl())
    .option('-s, --server <name>', 'a server of the configuration (repeatable; default: all)', collect, [])
    .option('-H, --header <line>', "a client header, 'Name: value' (repeatable)", collect, [])
    .addOption(
      new Option('--protocol <revision>', 'skip the question which revision the upstream speaks')
        .choices(['auto', '2025', '2026'])
        .default('auto')
        .env('MCPGW_PROTOCOL'),
    )
    .addOption(
      new Option('--audit-log <file>', 'add a JSON line for each decision to this file').env('MCPGW_AUDIT_LOG'),
    )
    .option('--interactive', 'open a browser when a login is missing, instead of saying what to run', false)
    .option('--shadow', 'log what the policy would refuse, and let it pass', false)
    .action(action(async () => (await import('./commands/serve.js')).serve));
  addOutputOptions(addStoreOptions(addTokenOptions(addConfigOption(serve)))).addHelpText(
    'after',
    examples([
      'mcpgw serve -c mcpgw.json',
      'mcpgw serve -c mcpgw.json -s linear -s github',
      'mcpgw serve -c policy.json --url https://mcp.example.com/mcp --token-env TOKEN',
    ]),
  );

  const keys = add('keys', 'the key that signs identities for upstreams (jwt_header)').addHelpText(
    'after',
    examples(['mcpgw keys generate', 'mcpgw keys jwks > jwks.json']),
  );
  const keysGenerate = keys
    .command('generate')
    .description('make a signing key and store it encrypted')
    .allowExcessArguments(false)
    .addOption(new Option('--alg <alg>', 'what kind of key').choices(['RS256', 'ES256', 'EdDSA']).default('RS256'))
    .option('--rotate', 'replace the key that is there; its public half stays in the JWKS while it is needed', false)
    .action(action(async () => (await import('./commands/keys-generate.js')).keysGenerate));
  addOutputOptions(addJsonOption(addStoreOptions(keysGenerate))).addHelpText(
    'after',
    examples(['mcpgw keys generate', 'mcpgw keys generate --rotate --alg ES256 --json']),
  );
  const keysShow = keys
    .command('show')
    .description('show which key signs, and where it came from')
    .allowExcessArguments(false)
    .action(action(async () => (await import('./commands/keys-show.js')).keysShow));
  addOutputOptions(addJsonOption(addStoreOptions(addPolicyOptions(keysShow)))).addHelpText(
    'after',
    examples(['mcpgw keys show', 'mcpgw keys show -c mcpgw.json --json | jq -r .kid']),
  );
  const keysJwks = keys
    .command('jwks')
    .description('print the public keys, for upstreams to verify with')
    .allowExcessArguments(false)
    .action(action(async () => (await import('./commands/keys-jwks.js')).keysJwks));
  addOutputOptions(addJsonOption(addStoreOptions(addPolicyOptions(keysJwks)))).addHelpText(
    'after',
    examples(['mcpgw keys jwks > jwks.json', "mcpgw keys jwks | jq '.keys | length'"]),
  );

  const schema = add('schema', 'print the JSON Schema of a configuration, for editors').action(
    action(async () => (await import('./commands/schema.js')).schema),
  );
  addOutputOptions(addJsonOption(schema)).addHelpText(
    'after',
    examples(['mcpgw schema > mcpgw.schema.json', "mcpgw schema | jq '.properties.lint.properties | keys'"]),
  );

  // Only mcpgw itself runs it.
  program
    .command('refresh-login', { hidden: true })
    .action(action(async () => (await import('./commands/refresh-login.js')).refreshLogin));

  return {
    command: program,
    run: async (words) => {
      const [first, asked] = words;
      const isKnown = program.commands.some((command) => command.name() === asked);
      // Help for a command that is not there is a mistyped command, and told like one.
      const mistyped = first === 'help' && asked !== undefined && asked !== 'help' && !isKnown;
      await program.parseAsync(mistyped ? [asked] : words, { from: 'user' });
      return outcome;
    },
  };
}

function upstreamUrl(): Option {
  return new Option('--url <url>', 'the upstream, for a bare policy').env('MCPGW_URL');
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}
