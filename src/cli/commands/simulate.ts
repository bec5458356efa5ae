// `mcpgw simulate`: which headers would the upstream receive, and why? Asks the very functions that `serve` asks
// (gateway/caller.ts, policy/decide.ts) and sends nothing to any upstream.
import * as path from 'node:path';
import { McpgwError, unreadableFile } from '../../errors.js';
import { judgeCaller } from '../../gateway/caller.js';
import { headersFromEnvironment, headersFromMeta, parseHeaderLine } from '../../gateway/client-headers.js';
import { parseMessage } from '../../gateway/json-rpc.js';
import { signedDecision } from '../../gateway/signed-decision.js';
import type { Host } from '../../host.js';
import type { CallerVerdict } from '../../policy/decide.js';
import type { HeaderField, ServerPolicy } from '../../policy/model.js';
import type { Claims } from '../../policy/principal.js';
import { callerWithClaims } from '../caller-with-claims.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { chooseServer, loadPolicy } from '../load-policy.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';
import { readToken, type TokenOptions } from '../options/token.js';
import { simulationJson, simulationText } from '../render/simulation.js';
import { wireCaller } from '../wire-caller.js';

export interface SimulateOptions extends OutputOptions, PolicyOptions, TokenOptions, StoreOptions {
  readonly header: readonly string[];
  readonly headersFile?: string;
  readonly claims?: string;
  /** A JSON-RPC message of a host. */
  readonly request?: string;
  readonly showSecrets: boolean;
}

export async function simulate(
  context: CommandContext,
  args: readonly string[],
  options: SimulateOptions,
): Promise<ExitCode> {
  const { host } = context;
  const loaded = await loadPolicy(host, options);
  const { policy } = loaded;
  const server = chooseServer(policy, options.server);
  const request = readRequest(options.request);
  const client = [
    ...policy.clientHeaders,
    ...headersFromEnvironment(host.env),
    ...(await headersFromFile(host, options.headersFile)),
    ...options.header.map(parseHeaderLine),
    ...request.headers,
  ];
  const caller = await callerOf({ context, args, options, server, client });
  const sign =
    server.identity?.method === 'jwt_header'
      ? await (await import('../signing-key.js')).signerOf({ host, log: context.log, loaded, server, options })
      : undefined;
  const decision = await signedDecision({ server, caller, client, tool: request.tool, sign });
  const shown = { server, decision, showSecrets: options.showSecrets };
  if (context.json) await context.printJson(simulationJson(shown));
  else await context.print(simulationText(shown, context.color.stdout));
  if (decision.verdict === 'allow') return EXIT.OK;
  return decision.verdict === 'deny' ? EXIT.NO : EXIT.UNDECIDED;
}

interface SimulatedRequest {
  /** Those that the message brings in its `_meta`. */
  readonly headers: readonly HeaderField[];
  /** The tool that it calls. */
  readonly tool: string | undefined;
}

/** @throws McpgwError USAGE for what is no JSON-RPC request, or a call without the name of a tool */
function readRequest(text: string | undefined): SimulatedRequest {
  if (text === undefined) return { headers: [], tool: undefined };
  const message = parseMessage(text);
  if (message.kind !== 'request') {
    throw new McpgwError('USAGE', '--request is no JSON-RPC request', {
      hint: `write it as '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search"}}'`,
    });
  }
  const { method, params } = message;
  const brought = headersFromMeta(params);
  if (brought.kind === 'invalid') throw new McpgwError('USAGE', `--request: ${brought.message}`);
  const name = params?.['name'];
  if (method === 'tools/call' && typeof name !== 'string') {
    throw new McpgwError('USAGE', '--request calls a tool and does not name it', { hint: 'add "name" to its params' });
  }
  return {
    headers: brought.kind === 'headers' ? brought.headers : [],
    tool: method === 'tools/call' && typeof name === 'string' ? name : undefined,
  };
}

interface CallerInput {
  readonly context: CommandContext;
  readonly args: readonly string[];
  readonly options: SimulateOptions;
  readonly server: ServerPolicy;
  readonly client: readonly HeaderField[];
}

async function callerOf({ context, args, options, server, client }: CallerInput): Promise<CallerVerdict> {
  const { host, log } = context;
  const token = await readToken({ host, argument: args[0], options, readPipe: false });
  if (options.claims !== undefined) {
    if (token !== undefined) {
      throw new McpgwError('USAGE', '--claims stands for a token, and a token is given too', {
        hint: 'give one of them',
      });
    }
    return callerWithClaims(parseClaims(options.claims), server);
  }
  const configuredToken =
    token === undefined ? undefined : { current: () => token, renewed: () => Promise.resolve(undefined) };
  const sources = await wireCaller({ host, log, server, configuredToken, identityLogin: undefined });
  return judgeCaller(sources, client);
}

function parseClaims(text: string): Claims {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new McpgwError('USAGE', '--claims is not JSON', { cause: error, hint: `write it as '{"sub":"ana"}'` });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new McpgwError('USAGE', '--claims is not a JSON object', { hint: `write it as '{"sub":"ana"}'` });
  }
  return value as Claims; // an object of JSON.parse: own members of unknown values
}

/** One `Name: value` a line; empty lines and those that start with `#` say nothing. */
async function headersFromFile(host: Host, file: string | undefined): Promise<readonly HeaderField[]> {
  if (file === undefined) return [];
  let text: string;
  try {
    text = await host.files.readText(path.resolve(host.cwd, file));
  } catch (error) {
    throw unreadableFile(file, error);
  }
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map(parseHeaderLine);
}
