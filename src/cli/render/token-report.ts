// What `verify-token` prints: the verdict, every check, the claims of an accepted token, and which keys were
// considered. Claims of a token that was not accepted are not shown: nobody vouches for them.
import type { TokenVerdict } from '../../policy/principal.js';
import type { IntrospectionReport, TokenCheck, TokenReport } from '../../token/report.js';
import type { ConsideredKey } from '../../token/jws/considered-keys.js';
import { jsonText } from './json-text.js';

export interface ShownReport {
  readonly report: TokenReport;
  /** Whether it is shown who vouched, too: the keys, or how the identity provider was asked. */
  readonly explain: boolean;
  readonly color: boolean;
}

/** The document of `--json`; fields are only ever added. */
export function tokenReportJson({ report, explain }: ShownReport): Readonly<Record<string, unknown>> {
  const { verdict, checks, header, claims, keys, introspection } = report;
  return {
    version: 1,
    verdict: verdict.verdict,
    ...(verdict.verdict === 'rejected' ? { reason: verdict.reason } : {}),
    ...(verdict.verdict === 'accepted' ? {} : { message: verdict.message }),
    ...(verdict.verdict === 'rejected' ? { details: verdict.details } : {}),
    checks,
    ...(verdict.verdict === 'accepted' ? { header, claims } : {}),
    ...(explain ? { keys, ...(introspection && { introspection }) } : {}),
  };
}

export function tokenReportText({ report, explain, color }: ShownReport): string {
  const { verdict, checks, claims } = report;
  return [
    verdictLine(verdict, color),
    checks.map(checkLine).join('\n'),
    ...(explain ? [explanation(report)] : []),
    ...(verdict.verdict === 'accepted' ? [`claims\n${jsonText(claims)}`] : []),
  ].join('\n\n');
}

function verdictLine(verdict: TokenVerdict, color: boolean): string {
  const text = verdict.verdict === 'accepted' ? 'accepted' : `${verdict.verdict}: ${verdict.message}`;
  if (!color) return text;
  const sequence = { accepted: '1;32', rejected: '1;31', undecided: '1;33' }[verdict.verdict];
  return `\u001b[${sequence}m${text}\u001b[0m`;
}

function checkLine({ name, outcome, reason }: TokenCheck): string {
  return `  ${outcome.padEnd(7)}  ${name}${reason === undefined ? '' : `: ${reason}`}`;
}

function explanation({ keys, introspection }: TokenReport): string {
  if (introspection !== undefined) return `introspection\n${introspectionLine(introspection)}`;
  return `keys\n${keys.length === 0 ? '  none was looked at' : keys.map(keyLine).join('\n')}`;
}

const AUTHENTICATIONS: Readonly<Record<IntrospectionReport['clientAuthentication'], string>> = {
  basic: 'client credentials in HTTP Basic',
  client_id: 'client_id in the body',
  none: 'no client credentials',
};

function introspectionLine({ origin, contentType, clientAuthentication, asked }: IntrospectionReport): string {
  if (!asked) return `  ${origin} was not asked: the token was refused unsent`;
  return `  asked     ${origin} (${contentType}, ${AUTHENTICATIONS[clientAuthentication]})`;
}

function keyLine({ index, kid, kty, thumbprint, outcome, reason }: ConsideredKey): string {
  const facts = [
    kid === undefined ? 'no kid' : `kid ${jsonText(kid)}`,
    ...(kty === undefined ? [] : [jsonText(kty)]),
    ...(thumbprint === undefined ? [] : [`thumbprint ${thumbprint}`]),
  ];
  return `  ${outcome.padEnd(8)}  keys[${index}] (${facts.join(', ')}): ${reason}`;
}
