// The audit log of `serve`: one JSON line for each decision about a message of the host (spec: serve, "What it says about
// itself"). Who, what, which rule, how it ended; never arguments, results, headers or tokens. What cannot be recorded does
// not go on.
import { visibleText } from '../diagnostics/visible-text.js';
import type { Log } from '../log.js';
import { shownId } from './about-request.js';
import { withoutSecrets } from '../secret/redact.js';
import type { Ending, Enforced, Enforcer, Judged } from './enforce.js';
import { INTERNAL_ERROR } from './json-rpc.js';
import { refuse, type DecisionFacts } from './refusal.js';
import { UnderWay } from './under-way.js';

export interface AuditSink {
  /** Appends one line, its end included. Never throws. */
  readonly write: (line: string) => void;
  /** Why lines are not written any more; undefined as long as they are. */
  readonly failure: () => string | undefined;
}

export interface AuditOptions {
  readonly sink: AuditSink;
  readonly server: string;
  /** Refusals are lifted. */
  readonly shadow: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

export interface AuditedEnforcer extends Enforcer {
  /** Records what is still being judged: the gateway ends before there is a decision. */
  readonly end: () => void;
}

/** Of texts that a host or a token may have written as long as it likes. */
const LONGEST_TEXT = 256;
const READ_AT_MOST = 16 * LONGEST_TEXT;

/**
 * The same enforcer, with a line for each message of the host: of one that is refused at once, of one that goes on when
 * it has ended. What the gateway itself sends for a session leaves none.
 */
export function withAudit(enforcer: Enforcer, { sink, server, shadow, now, log }: AuditOptions): AuditedEnforcer {
  let isSaid = false;
  /** Messages that are being judged. */
  const pending = new UnderWay<(facts: DecisionFacts, ending?: Ending) => void>();
  let count = 0;
  const check = async (message: Judged): Promise<Enforced> => {
    if (message.kind === undefined) return enforcer.check(message);
    const failure = sink.failure();
    if (failure !== undefined) {
      if (!isSaid) log.error('nothing goes on: the audit log cannot be written', { server, cause: failure });
      isSaid = true;
      return notRecorded(server, failure);
    }
    const startMs = now();
    let isRecorded = false;
    let hidden: number | undefined;
    const record = (facts: DecisionFacts, ending?: Ending): void => {
      if (isRecorded) return;
      isRecorded = true;
      sink.write(
        `${JSON.stringify(lineOf({ message, server, shadow, startMs, endMs: now(), facts, hidden, ending }))}\n`,
      );
    };
    const place = ++count;
    pending.set(place, record);
    const enforced = await enforcer.check(message).finally(() => pending.delete(place));
    if (enforced.verdict === 'refuse') {
      record(enforced.facts);
      return enforced;
    }
    const { confirm, screen } = enforced;
    let { facts } = enforced;
    return {
      ...enforced,
      ...(confirm !== undefined && {
        confirm: async (asker) => {
          const confirmation = await confirm(asker);
          // A tool that the upstream lists to nobody, or whose list could not be had.
          if (confirmation.verdict !== 'listed') facts = { ...facts, ...NOT_LISTED };
          return confirmation;
        },
      }),
      ...(screen !== undefined && {
        screen: (answer) => {
          const screened = screen(answer);
          if ('hidden' in screened) hidden = screened.hidden;
          if ('isLifted' in screened) facts = { ...facts, ...NOT_UNDERSTOOD };
          return screened;
        },
      }),
      ended: (ending) => record(facts, ending),
    };
  };
  return {
    check,
    toolsChanged: enforcer.toolsChanged,
    end: () => {
      for (const record of pending.values()) record({ decision: 'undecided', reason: 'ENDED' });
    },
  };
}

const NOT_LISTED = { decision: 'deny', reason: 'TOOL_NOT_LISTED', rule: undefined } as const;

const NOT_UNDERSTOOD = { decision: 'undecided', reason: 'LIST_NOT_UNDERSTOOD', rule: undefined } as const;

interface LineInput {
  readonly message: Judged;
  readonly server: string;
  readonly shadow: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly facts: DecisionFacts;
  /** Tools that a list was shown without, or would have been. */
  readonly hidden: number | undefined;
  readonly ending: Ending | undefined;
}

/** The members are stable; they are only ever added to. */
function lineOf({ message, server, shadow, startMs, endMs, facts, hidden, ending }: LineInput): object {
  const { id, kind, method, params, text = '' } = message;
  const { decision, reason, rule, subject } = facts;
  const isHiding = hidden !== undefined && hidden > 0;
  const name = method === 'tools/call' ? params?.['name'] : undefined;
  return {
    time: new Date(startMs).toISOString(),
    server,
    request_id: kind === 'request' && id !== undefined ? shown(shownId(id)) : undefined,
    kind,
    method: shown(method),
    tool: shown(name),
    issuer: shown(subject?.issuer),
    subject: shown(subject?.subject),
    verdict: decision,
    // In shadow mode a refusal is recorded and lifted.
    lifted: shadow && ending !== undefined && (decision !== 'allow' || isHiding) ? true : undefined,
    reason,
    rule: shown(rule),
    hidden_tools: isHiding ? hidden : undefined,
    outcome: ending?.outcome ?? 'refused',
    duration_ms: Math.max(0, endMs - startMs),
    request_bytes: Buffer.byteLength(text),
    answer_bytes: ending?.answerBytes ?? 0,
  };
}

function shown(value: unknown): string | undefined {
  // Redacted first: half a credential has no shape that anybody would know it by.
  return typeof value === 'string'
    ? visibleText(withoutSecrets(value.slice(0, READ_AT_MOST)).slice(0, LONGEST_TEXT))
    : undefined;
}

function notRecorded(server: string, why: string): Enforced {
  const message = `nothing goes on: the audit log cannot be written (${why})`;
  const data = { server, reason: 'audit-log', retryable: false };
  return refuse({ code: INTERNAL_ERROR, message, data }, { decision: 'undecided', reason: 'NOT_RECORDED' });
}
