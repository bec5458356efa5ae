// `mcpgw serve`: gathers what the bridge needs from flags, variables and the configuration, then runs it. stdout is
// the MCP channel: nothing here writes to it.
import { McpgwError } from '../../errors.js';
import { headersFromEnvironment, parseHeaderLine } from '../../gateway/client-headers.js';
import { serve as serveBridge, type ServedServer } from '../../gateway/serve.js';
import type { Appender } from '../../host.js';
import { fetchableUrl } from '../../net/fetchable-url.js';
import { canonicalName } from '../../policy/headers/header-name.js';
import type { ConfiguredToken } from '../../gateway/caller.js';
import type { GatewayPolicy, HeaderField, ServerPolicy } from '../../policy/model.js';
import { VERSION } from '../../version.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { chooseServer, loadPolicy } from '../load-policy.js';
import type { OutputOptions } from '../options/output.js';
import type { ConfigOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';
import type { TokenOptions } from '../options/token.js';
import { serverNetwork } from '../server-network.js';
import { identityLoginOf, upstreamAccessOf } from '../upstream-access.js';
import { configuredTokenOf, wireCaller } from '../wire-caller.js';

export interface ServeCommandOptions extends OutputOptions, ConfigOptions, TokenOptions, StoreOptions {
  /** None: all. */
  readonly server: readonly string[];
  readonly url?: string;
  readonly header: readonly string[];
  readonly protocol: 'auto' | '2025' | '2026';
  readonly shadow: boolean;
  readonly interactive: boolean;
  readonly auditLog?: string;
}

export async function serve(
  context: CommandContext,
  _args: readonly string[],
  options: ServeCommandOptions,
): Promise<ExitCode> {
  const { host, log } = context;
  const loaded = await loadPolicy(host, options);
  const { policy } = loaded;
  const servers = chooseServers(policy, namedServers(options.server, host.env['MCPGW_SERVER'], policy));
  const [only] = servers;
  const environmentHeaders = headersFromEnvironment(host.env);
  const configuredToken = await configuredTokenOf(host, tokenOptions(options, host.env));
  const takesToken = servers.filter((server) => serves(configuredToken, server, servers.length > 1));
  if (configuredToken !== undefined && takesToken.length === 0) {
    throw new McpgwError(
      'USAGE',
      servers.length === 1
        ? `--token-file and --token-env do not serve ${only?.name}: it has a jwt_validation of its own`
        : '--token-file and --token-env serve none of these servers: none has the jwt_validation of the top',
      {
        hint: 'log in with mcpgw login, or put jwt_validation at the top of the configuration',
      },
    );
  }
  // Whoever wrote the directory has chosen the upstream: what is the user's own does not go there by itself.
  if (configuredToken !== undefined || environmentHeaders.length > 0) {
    const { refuseUntrusted } = await import('../choose-logins.js');
    refuseUntrusted(loaded);
  }
  const logins = new AbortController();
  const wireServer = async (server: ServerPolicy): Promise<ServedServer> => {
    const url = upstreamUrl(server, servers.length === 1 ? options.url : onlyForOne(options.url));
    const network = await serverNetwork({ host, log, loaded, server, url });
    const token = takesToken.includes(server) ? configuredToken : undefined;
    const wiring = {
      context: { ...context, host: network.host },
      loaded,
      server,
      options,
      isInteractive: options.interactive,
      signal: logins.signal,
    };
    const identityLogin = token === undefined ? await identityLoginOf(wiring) : undefined;
    return {
      server,
      url,
      connect: network.connect,
      sources: await wireCaller({ host: network.host, log, server, configuredToken: token, identityLogin }),
      sign:
        server.identity?.method === 'jwt_header'
          ? await (await import('../signing-key.js')).signerOf({ host, log, loaded, server, options })
          : undefined,
      access: await upstreamAccessOf({ ...wiring, url }),
      clientHeaders: [
        ...policy.clientHeaders,
        ...environmentHeaders,
        ...options.header.map((line) => commandLineHeader(line, server)),
      ],
    };
  };
  const served = await Promise.all(servers.map(wireServer));
  const audit = options.auditLog === undefined ? undefined : await openAudit(context, options.auditLog);
  const why = await serveBridge({
    host,
    log,
    servers: served,
    protocol: options.protocol,
    shadow: options.shadow,
    audit,
    version: VERSION,
  });
  // A browser that nobody comes back from would keep the process.
  logins.abort(new McpgwError('INTERRUPTED', 'the session has ended'));
  await audit?.close();
  const lost = audit?.failure();
  if (lost !== undefined) {
    log.error(`the audit log ${options.auditLog} is not complete: it could not be written (${lost})`);
    return EXIT.UNDECIDED;
  }
  return why === 'SIGINT' ? EXIT.INTERRUPTED : EXIT.OK;
}

/** Those that are named, each once; all when none is. */
function chooseServers(policy: GatewayPolicy, names: readonly string[]): readonly ServerPolicy[] {
  if (names.length > 0) return [...new Set(names)].map((name) => chooseServer(policy, name));
  return policy.servers.length > 1 ? policy.servers : [chooseServer(policy, undefined)];
}

/** The variable names one, or several with commas between them. */
function namedServers(
  flags: readonly string[],
  variable: string | undefined,
  { servers }: GatewayPolicy,
): readonly string[] {
  if (flags.length > 0 || variable === undefined || variable === '') return flags;
  if (servers.some(({ name }) => name === variable)) return [variable];
  return variable.split(',').map((name) => name.trim());
}

/** Among several, a token of the command line is for those alone that judge it by the rules of the top. */
function serves(token: ConfiguredToken | undefined, server: ServerPolicy, isAmongSeveral: boolean): boolean {
  if (token === undefined) return false;
  return server.sharesTopLevelTokenRules || (server.tokenRules === undefined && !isAmongSeveral);
}

function onlyForOne(url: string | undefined): undefined {
  if (url === undefined || url === '') return;
  throw new McpgwError('USAGE', '--url is for one server, and these are several', { hint: 'name one with -s' });
}

/** An empty `MCPGW_AUDIT_LOG` is none. */
async function openAudit({ host, log }: CommandContext, file: string): Promise<Appender | undefined> {
  if (file === '') return undefined;
  const { openAuditFile } = await import('../audit-file.js');
  return openAuditFile(host, log, file);
}

/** `--url` over the configuration's own; https, or plain http on this machine or where the configuration allows it. */
function upstreamUrl(server: ServerPolicy, flag: string | undefined): string {
  const url = flag === '' ? server.url : (flag ?? server.url);
  if (url === undefined) {
    throw new McpgwError('USAGE', 'the configuration is a bare policy: it names no upstream', {
      hint: 'give the server with --url https://… or MCPGW_URL',
    });
  }
  const isAllowedHttp = server.allowInsecureHttp && URL.canParse(url) && new URL(url).protocol === 'http:';
  if (!isAllowedHttp && fetchableUrl(url) === undefined) {
    throw new McpgwError(
      'USAGE',
      'the upstream url must be https, or plain http on this machine, without credentials in it',
    );
  }
  return url;
}

/** Command lines are public: what authenticates the caller may not stand there. */
function commandLineHeader(line: string, server: ServerPolicy): HeaderField {
  const header = parseHeaderLine(line);
  const name = canonicalName(header.name);
  const headerKey = server.tokenRules?.headerKey;
  if (name === 'authorization' || (headerKey !== undefined && name === canonicalName(headerKey))) {
    throw new McpgwError('USAGE', `--header may not carry ${header.name}: process lists show it to everyone`, {
      hint: 'use --token-file or --token-env',
    });
  }
  return header;
}

/** Flags over `MCPGW_TOKEN_FILE` and `MCPGW_TOKEN`; two flags are a usage error. */
function tokenOptions(options: TokenOptions, env: Readonly<Record<string, string | undefined>>): TokenOptions {
  if (options.tokenFile !== undefined && options.tokenEnv !== undefined) {
    throw new McpgwError('USAGE', 'a token from two sources: --token-file and --token-env', {
      hint: 'give one of them',
    });
  }
  if (options.tokenFile !== undefined || options.tokenEnv !== undefined) return options;
  const file = env['MCPGW_TOKEN_FILE'];
  if (file !== undefined && file !== '') return { tokenFile: file };
  return env['MCPGW_TOKEN'] ? { tokenEnv: 'MCPGW_TOKEN' } : {};
}
