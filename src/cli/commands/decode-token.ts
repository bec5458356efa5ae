// `mcpgw decode-token`: what a JWT says. Verifies nothing, needs no configuration, and says so (spec: cli).
import { McpgwError } from '../../errors.js';
import { TOKEN_SIZE_LIMIT } from '../../token/inspection.js';
import { decodeToken as decode, type DecodedToken } from '../../token/jws/decode.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { OutputOptions } from '../options/output.js';
import { readToken, type TokenOptions } from '../options/token.js';
import { jsonText } from '../render/json-text.js';
import { tokenTimes, type TokenTime } from '../render/token-times.js';

export type DecodeTokenOptions = OutputOptions & TokenOptions;

const NOT_VERIFIED = 'NOT VERIFIED: nobody checked the signature. Anyone can write a token that says this.';

/** @throws McpgwError USAGE (no token, two sources), UNREADABLE_FILE, TOKEN_REJECTED (malformed: where and why) */
export async function decodeToken(
  context: CommandContext,
  args: readonly string[],
  options: DecodeTokenOptions,
): Promise<ExitCode> {
  const { host } = context;
  const token = await readToken({ host, argument: args[0], options, readPipe: true });
  const text = token?.reveal() ?? '';
  if (text === '')
    throw new McpgwError('USAGE', 'no token was given', { hint: 'mcpgw decode-token --token-env TOKEN' });
  const decoded = decodeOrThrow(text);
  const times = tokenTimes(decoded.payload, host.now());
  if (context.json) {
    const { header, payload } = decoded;
    await context.printJson({ version: 1, verified: false, header, payload, times });
  } else {
    await context.print(shownToken(decoded, times, context.color.stdout));
  }
  return EXIT.OK;
}

function decodeOrThrow(text: string): DecodedToken {
  if (text.length > TOKEN_SIZE_LIMIT) {
    throw new McpgwError('TOKEN_REJECTED', `the token is malformed: it is longer than ${TOKEN_SIZE_LIMIT / 1024} KiB`);
  }
  const decoded = decode(text);
  if (decoded.ok) return decoded;
  const { part, offset, problem } = decoded;
  const where =
    part === 'token' ? 'the token is malformed' : `the ${part} of the token is malformed at character ${offset}`;
  throw new McpgwError('TOKEN_REJECTED', `${where}: ${problem}`, { details: { part, offset, problem } });
}

function shownToken(decoded: DecodedToken, times: readonly TokenTime[], color: boolean): string {
  const warning = color ? `\u001b[1;33m${NOT_VERIFIED}\u001b[0m` : NOT_VERIFIED;
  const lines = times.map(({ claim, iso, relative }) => `  ${claim.padEnd(10)}  ${iso ?? '-'.padEnd(24)}  ${relative}`);
  return [
    warning,
    `header\n${jsonText(decoded.header)}`,
    `payload\n${jsonText(decoded.payload)}`,
    ...(lines.length === 0 ? [] : [`times\n${lines.join('\n')}`]),
  ].join('\n\n');
}
