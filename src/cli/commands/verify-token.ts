// `mcpgw verify-token`: judges a token by the `jwt_validation` of a configuration and shows every check (spec: cli).
// The verdict is that of the very functions that `serve` asks for each request (token/verify.ts).
import { McpgwError } from '../../errors.js';
import type { GatewayPolicy, TokenRules } from '../../policy/model.js';
import { rulesFingerprint } from '../../token/rules-fingerprint.js';
import type { Secret } from '../../secret/secret.js';
import type { TokenReport } from '../../token/report.js';
import { createTokenVerifier } from '../../token/verify.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { chooseServer, loadPolicy } from '../load-policy.js';
import { readMoment } from '../moment.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import { readToken, type TokenOptions } from '../options/token.js';
import { tokenReportJson, tokenReportText } from '../render/token-report.js';

export interface VerifyTokenOptions extends OutputOptions, PolicyOptions, TokenOptions {
  /** ISO 8601. */
  readonly at?: string;
  readonly explain?: boolean;
}

/** `external_auth_config` has the client that asks, where introspection has none of its own. */
const PARTS = ['jwt_validation', 'external_auth_config'];

const EXIT_OF = { accepted: EXIT.OK, rejected: EXIT.NO, undecided: EXIT.UNDECIDED } as const;

/** @throws McpgwError USAGE (no token, no jwt_validation, several servers, a bad --at), and what loadPolicy throws */
export async function verifyToken(
  context: CommandContext,
  args: readonly string[],
  options: VerifyTokenOptions,
): Promise<ExitCode> {
  const { host, log } = context;
  const atMs = options.at === undefined ? undefined : parseMoment(options.at);
  // A pipeline that judges tokens need not have the secrets that other parts of the policy refer to.
  const { file, policy } = await loadPolicy(host, options, PARTS);
  const rules = chooseRules(policy, options.server, file);
  const token = await readToken({ host, argument: args[0], options, readPipe: true });
  if (token === undefined || token.reveal() === '') {
    throw new McpgwError('USAGE', 'no token was given, so nothing was judged', {
      hint: `mcpgw verify-token -c ${file} --token-env TOKEN`,
    });
  }
  const verifier = createTokenVerifier({ rules, host, log });
  const report = await verifier.examine(token, atMs === undefined ? {} : { atMs });
  const shown = { report, explain: options.explain === true, color: context.color.stdout };
  if (context.json) await context.printJson(tokenReportJson(shown));
  else if (!context.quiet || report.verdict.verdict !== 'accepted') await context.print(tokenReportText(shown));
  const hint = hintFor(report, token);
  if (!context.json && hint !== undefined) context.note(`hint: ${hint}`);
  return EXIT_OF[report.verdict.verdict];
}

/** What to do next, where the report alone does not say it. */
function hintFor({ verdict, header, introspection }: TokenReport, token: Secret): string | undefined {
  switch (verdict.verdict) {
    case 'accepted':
      return undefined;
    case 'undecided':
      return 'mcpgw validate --online asks everything that the configuration names';
    case 'rejected':
      if (introspection !== undefined) return undefined;
      if (header !== undefined)
        return 'mcpgw decode-token shows what the token says, and --explain what keys there were';
      return token.reveal().includes('.')
        ? undefined
        : 'an opaque token can only be judged by asking who issued it: introspectEndpoint in place of keys';
  }
}

/** The rules of the one server that is meant, or of all when they are the same. */
function chooseRules(policy: GatewayPolicy, name: string | undefined, file: string): TokenRules {
  const shared = name === undefined ? sharedRules(policy) : undefined;
  const rules = shared ?? chooseServer(policy, name).tokenRules;
  if (rules !== undefined) return rules;
  throw new McpgwError('USAGE', `${file} has no jwt_validation, so nothing was judged`, {
    hint: 'decode-token shows a token without judging it',
  });
}

function sharedRules(policy: GatewayPolicy): TokenRules | undefined {
  const all = policy.servers.map((server) => server.tokenRules);
  const [first] = all;
  if (first === undefined) return undefined;
  const wanted = rulesFingerprint(first);
  return all.every((rules) => rules !== undefined && rulesFingerprint(rules) === wanted) ? first : undefined;
}

function parseMoment(text: string): number {
  const ms = readMoment(text);
  if (ms !== undefined) return ms;
  throw new McpgwError('USAGE', `--at ${JSON.stringify(text)} is not a time`, {
    hint: 'write it in ISO 8601, as 2026-01-31T12:00:00Z',
  });
}
