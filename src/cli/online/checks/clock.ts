// Whether this machine and those that it gets tokens' times from agree on the time, as far as the `Date` of an answer
// tells: to the second, and no better than the round trip (RFC 9110 section 6.6.1).
import type { LintFinding } from '../../../config/lint.js';
import type { Path } from '../../../config/path.js';
import { shownOrigin } from '../../../net/fetchable-url.js';
import type { Timing } from '../exchange/network.js';
import { discoveryUrls } from '../exchange/discovery.js';
import { onlineFinding } from '../online-finding.js';
import { memberText, type PlacedText, type ServerSubject } from '../server-settings.js';
import { issuersOf } from './issuer-settings.js';

/** At most one finding: one wrong clock is behind all of them. Asks nothing that the other checks do not ask. */
export async function checkClock(subject: ServerSubject): Promise<readonly LintFinding[]> {
  const toleranceSeconds = subject.policy.tokenRules?.clockToleranceSeconds;
  if (toleranceSeconds === undefined) return [];
  for (const { answer, path, origin } of await samples(subject)) {
    const aheadSeconds = clockDifferenceSeconds(answer);
    if (aheadSeconds === undefined || Math.abs(aheadSeconds) <= toleranceSeconds) continue;
    const side = aheadSeconds > 0 ? 'ahead of' : 'behind';
    const message = `this machine's clock is ${Math.floor(Math.abs(aheadSeconds))} s ${side} that of ${origin}, which is more than \`clockTolerance\` allows`;
    return [onlineFinding('MCPGW209', { path, message })];
  }
  return [];
}

export interface TimedAnswer extends Timing {
  readonly headers: Headers;
}

/**
 * By how much this machine is certainly ahead (positive) or behind (negative); 0 when the times may be the same,
 * undefined when the answer does not tell one. With an `Age`, all that is known of the server's time is that it lies
 * between `Date` and `Date` plus `Age`: some caches keep the `Date` of the origin, others write their own.
 */
export function clockDifferenceSeconds({ headers, startedMs, endedMs }: TimedAnswer): number | undefined {
  const dateMs = httpDateMs(headers.get('date'));
  const age = headers.get('age') ?? '0';
  if (dateMs === undefined || !/^\d{1,9}$/.test(age)) return undefined;
  const ageSeconds = Number(age);
  // Both are counts of whole seconds.
  const latestMs = dateMs + ageSeconds * 1000 + (ageSeconds === 0 ? 1000 : 2000);
  if (startedMs > latestMs) return (startedMs - latestMs) / 1000;
  return endedMs < dateMs ? (endedMs - dateMs) / 1000 : 0;
}

/** IMF-fixdate, the one form that is sent today; `Date.parse` alone finds a time in almost any text. */
function httpDateMs(text: string | null): number | undefined {
  if (text === null || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return undefined;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

interface Sample {
  readonly answer: TimedAnswer;
  readonly path: Path;
  readonly origin: string;
}

async function samples(subject: ServerSubject): Promise<readonly Sample[]> {
  const { network } = subject;
  const found: Sample[] = [];
  const uri = memberText(subject, 'jwt_validation', 'jwksUri');
  if (uri !== undefined && uri.staysHere === undefined) {
    const answer = await network.document(uri.text);
    if (answer.ok) found.push(sample(uri, answer));
  }
  for (const issuer of issuersOf(subject).asked) {
    // The place that a discovery asks first, so that nothing is asked that it would not ask.
    const [first] = discoveryUrls(issuer.text, 'identity');
    if (first === undefined) continue;
    const answer = await network.document(first);
    if (answer.ok) found.push(sample(issuer, answer));
  }
  const introspection = memberText(subject, 'jwt_validation', 'introspectEndpoint');
  if (introspection !== undefined && introspection.staysHere === undefined) {
    const answer = await network.reach(new URL(introspection.text).origin);
    if (answer.ok) found.push(sample(introspection, answer));
  }
  return found;
}

function sample({ text, path }: PlacedText, answer: TimedAnswer): Sample {
  return { answer, path, origin: shownOrigin(new URL(text)) };
}
