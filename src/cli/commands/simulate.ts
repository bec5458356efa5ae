// `mcpgw simulate`: which headers would the upstream receive, and why? Asks the very functions that `serve` asks
// (gateway/caller.ts, policy/decide.ts) and sends nothing to any upstream. With `--diff`: what changes between two
// configurations?
import * as path from 'node:path';
import { McpgwError, unreadableFile } from '../../errors.js';
import { carriesToken, judgeCaller } from '../../gateway/caller.js';
import { headersFromEnvironment, headersFromMeta, parseHeaderLine } from '../../gateway/client-headers.js';
import { parseMessage } from '../../gateway/json-rpc.js';
import { signedDecision } from '../../gateway/signed-decision.js';
import type { Host } from '../../host.js';
import type { CallerVerdict, Decision } from '../../policy/decide.js';
import type { HeaderField, ServerPolicy } from '../../policy/model.js';
import type { Claims } from '../../policy/principal.js';
import type { Secret } from '../../secret/secret.js';
import { callerWithClaims } from '../caller-with-claims.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { chooseServer, loadPolicy } from '../load-policy.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';
import { readToken, type TokenOptions } from '../options/token.js';
import { simulationJson, simulationText, type SimulatedDecision } from '../render/simulation.js';
import { accessWithoutLogin, wireCaller, withoutLogin } from '../wire-caller.js';

export interface SimulateOptions extends OutputOptions, PolicyOptions, TokenOptions, StoreOptions {
  readonly header: readonly string[];
  readonly headersFile?: string;
  readonly claims?: string;
  /** A JSON-RPC message of a host. */
  readonly request?: string;
  /** Another configuration, to compare with. */
  readonly diff?: string;
  readonly showSecrets: boolean;
}

export async function simulate(
  context: CommandContext,
  args: readonly string[],
  options: SimulateOptions,
): Promise<ExitCode> {
  const question = await readQuestion(context.host, args, options);
  const first = await simulated({ context, question, options });
  const { showSecrets } = options;
  if (options.diff === undefined) {
    const { stdout } = context.host.stdio;
    const width = stdout.isTTY === true ? stdout.columns || 80 : undefined;
    if (context.json) await context.printJson(simulationJson({ ...first, showSecrets }));
    else await context.print(simulationText({ ...first, showSecrets }, { color: context.color.stdout, width }));
    return exitCodeOf(first.decision);
  }
  const second = await simulated({ context, question, options: { ...options, config: options.diff } });
  const [{ simulationChanges }, { changesJson, changesText }] = await Promise.all([
    import('../simulation-changes.js'),
    import('../render/simulation-changes.js'),
  ]);
  const shown = { from: first, to: second, changes: simulationChanges(first, second), showSecrets };
  if (context.json) await context.printJson(changesJson(shown));
  else await context.print(changesText(shown, context.color.stdout));
  if (first.decision.verdict === 'undecided' || second.decision.verdict === 'undecided') return EXIT.UNDECIDED;
  return shown.changes.isNone ? EXIT.OK : EXIT.NO;
}

function exitCodeOf({ verdict }: Decision): ExitCode {
  if (verdict === 'allow') return EXIT.OK;
  return verdict === 'deny' ? EXIT.NO : EXIT.UNDECIDED;
}

/** Who asks what, whatever the configuration. */
interface Question {
  readonly token: Secret | undefined;
  readonly claims: Claims | undefined;
  /** Of `--headers-file`, `-H` and `--request`, in rising priority. */
  readonly headers: readonly HeaderField[];
  readonly tool: string | undefined;
}

async function readQuestion(host: Host, args: readonly string[], options: SimulateOptions): Promise<Question> {
  const request = readRequest(options.request);
  const fromFile = await headersFromFile(host, options.headersFile);
  const headers = [...fromFile, ...options.header.map(parseHeaderLine), ...request.headers];
  const token = await readToken({ host, argument: args[0], options, readPipe: false });
  if (options.claims === undefined) return { token, claims: undefined, headers, tool: request.tool };
  if (token !== undefined) {
    throw new McpgwError('USAGE', '--claims stands for a token, and a token is given too', {
      hint: 'give one of them',
    });
  }
  return { token, claims: parseClaims(options.claims), headers, tool: request.tool };
}

interface Asked {
  readonly context: CommandContext;
  readonly question: Question;
  readonly options: SimulateOptions;
}

/** The decision of one configuration. */
async function simulated({ context, question, options }: Asked): Promise<SimulatedDecision> {
  const { host, log } = context;
  const loaded = await loadPolicy(host, options);
  const { policy } = loaded;
  const server = chooseServer(policy, options.server);
  const client = [...policy.clientHeaders, ...headersFromEnvironment(host.env), ...question.headers];
  if (question.claims !== undefined && server.tokenRules === undefined && server.identityProvider === undefined) {
    context.note(`mcpgw: note: ${server.name} has no jwt_validation: nobody would vouch for these claims`);
  }
  if (question.claims !== undefined) refuseSecondToken(server, client);
  const caller =
    question.claims === undefined
      ? await judgedCaller({ context, server, client, token: question.token })
      : callerWithClaims(question.claims, server);
  const sign =
    server.identity?.method === 'jwt_header'
      ? await (await import('../signing-key.js')).signerOf({ host, log, loaded, server, options })
      : undefined;
  if (server.headerCommand !== undefined) {
    context.note(
      `mcpgw: note: ${server.name} has a header_command: nothing is run here, and its headers are not shown`,
    );
  }
  const access = accessWithoutLogin(server);
  const decision = await signedDecision({ server, caller, client, access, tool: question.tool, sign });
  return { file: loaded.file, server, decision };
}

/** A header that carries a token is what `serve` judges: the claims would stand for nobody. */
function refuseSecondToken(server: ServerPolicy, client: readonly HeaderField[]): void {
  if (!carriesToken(client, server)) return;
  const headerKey = server.tokenRules?.headerKey ?? 'Authorization';
  throw new McpgwError('USAGE', `--claims stands for a token, and the header ${headerKey} carries one, too`, {
    hint: 'give one of them',
  });
}

interface CallerInput {
  readonly context: CommandContext;
  readonly server: ServerPolicy;
  readonly client: readonly HeaderField[];
  readonly token: Secret | undefined;
}

async function judgedCaller({ context, server, client, token }: CallerInput): Promise<CallerVerdict> {
  const { host, log } = context;
  const configuredToken =
    token === undefined ? undefined : { current: () => token, renewed: () => Promise.resolve(undefined) };
  const sources = await wireCaller({ host, log, server, configuredToken, identityLogin: withoutLogin(server) });
  return judgeCaller(sources, client);
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
