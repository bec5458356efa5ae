// What cannot be recorded does not go on; and each message of the host is recorded once.
import { describe, expect, it } from 'vitest';
import { withAudit } from '../../../src/gateway/audit.js';
import type { Enforced, Enforcer } from '../../../src/gateway/enforce.js';

const nothing = (): void => undefined;
const SILENT = { error: nothing, warn: nothing, info: nothing, debug: nothing };
const passed: Enforced = {
  verdict: 'pass',
  headers: { list: [], access: undefined },
  principal: 'p',
  credential: undefined,
  text: '{}',
  facts: { decision: 'allow' },
  isNobodys: false,
};

function audited({ failure, enforced = passed }: { failure?: string; enforced?: Enforced } = {}) {
  const written: Record<string, unknown>[] = [];
  let checks = 0;
  const enforcer: Enforcer = {
    check: () => {
      checks++;
      return Promise.resolve(enforced);
    },
    toolsChanged: () => undefined,
  };
  const sink = {
    write: (line: string) => void written.push(JSON.parse(line) as Record<string, unknown>),
    failure: () => failure,
  };
  const { check } = withAudit(enforcer, { sink, server: 'demo', shadow: true, now: () => 0, log: SILENT });
  return { check, written, checks: () => checks };
}

describe('the audit of decisions', () => {
  it('refuses every message of the host, unjudged, once a line could not be written', async () => {
    const { check, checks } = audited({ failure: 'ENOSPC' });
    expect(await check({ kind: 'request', method: 'tools/call', text: '{}' })).toMatchObject({
      verdict: 'refuse',
      error: { code: -32603, message: expect.stringContaining('ENOSPC'), data: { reason: 'audit-log' } },
    });
    expect(checks()).toBe(0);
  });

  it('is silent about what the gateway sends for a session', async () => {
    const { check, written } = audited();
    expect(await check({})).toBe(passed);
    expect(written).toEqual([]);
  });

  it('writes one line for a message, however often its end is told', async () => {
    const { check, written } = audited();
    const judged = await check({ kind: 'request', method: 'ping', text: '{"é":1}' });
    if (judged.verdict !== 'pass') throw new Error('it passes');
    expect(written).toEqual([]);
    judged.ended?.({ outcome: 'result', answerBytes: 7 });
    judged.ended?.({ outcome: 'error', answerBytes: 8 });
    expect(written).toMatchObject([{ method: 'ping', outcome: 'result', answer_bytes: 7, request_bytes: 8 }]);
  });

  it('marks a refusal that was lifted, and only that', async () => {
    const lifted = audited({ enforced: { ...passed, facts: { decision: 'deny', reason: 'EXPIRED', rule: 'r' } } });
    for (const { check } of [lifted]) {
      const judged = await check({ kind: 'notification', method: 'x', text: '{}' });
      if (judged.verdict === 'pass') judged.ended?.({ outcome: 'none', answerBytes: 0 });
    }
    expect(lifted.written).toMatchObject([{ verdict: 'deny', lifted: true, reason: 'EXPIRED', rule: 'r' }]);
    const allowed = audited();
    const judged = await allowed.check({ kind: 'notification', method: 'x', text: '{}' });
    if (judged.verdict === 'pass') judged.ended?.({ outcome: 'none', answerBytes: 0 });
    expect(allowed.written[0]).not.toHaveProperty('lifted');
  });

  it('knows a credential as one although it is cut', async () => {
    const { check, written } = audited({
      enforced: { verdict: 'refuse', error: { code: 1, message: '' }, facts: { decision: 'deny' } },
    });
    const method = `${'x '.repeat(122)}sk-${'4711'.repeat(8)}`;
    await check({ kind: 'request', method, text: '{}' });
    expect(written[0]?.['method']).not.toContain('sk-4711');
  });

  it('cuts what a host wrote as long as it liked, on one line', async () => {
    const { check, written } = audited({
      enforced: { verdict: 'refuse', error: { code: 1, message: '' }, facts: { decision: 'deny' } },
    });
    await check({ kind: 'request', method: `${'x'.repeat(300)}\n`, text: '{}' });
    expect(String(written[0]?.['method'])).toHaveLength(256);
    await check({ kind: 'request', method: 'a\nb\u001b[31m', text: '{}' });
    expect(written[1]?.['method']).not.toMatch(/[\n\u001b]/);
  });
});
