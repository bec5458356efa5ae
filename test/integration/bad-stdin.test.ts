// Whatever a host writes, the session survives it: what is no message is answered as JSON-RPC says, what is one goes to the
// server, and each good call in between is answered exactly once. Through the built program, in front of an SDK server.
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyLine, junkLine, type HostLine, type LineMaker } from '../support/bad-lines.js';
import { ENVELOPE, hosts, sandbox } from '../support/bridge-stage.js';
import { call, INITIALIZE, INITIALIZED, startLineHost, type Line, type LineHost } from '../support/line-host.js';
import { startUpstream, type Upstream } from '../support/upstream-server.js';

let server: Upstream;
beforeAll(async () => {
  server = await startUpstream({ era: 'both' });
});
afterAll(() => server.close());

const ERAS = [
  { era: '2025-11-25', meta: {} },
  { era: '2026-07-28', meta: ENVELOPE },
] as const;
type Era = (typeof ERAS)[number];

/** With a rule about tools, so that messages with two meanings are refused. */
async function startServe(): Promise<LineHost> {
  const server_ = { url: server.url, tools: { blocked: ['hidden'] } };
  const host = startLineHost(sandbox, ['-c', await sandbox.file('gateway.json', { mcpServers: { demo: server_ } })]);
  hosts.push(host);
  return host;
}

/** The opening of the revision, and its answer. */
async function open(host: LineHost, { era, meta }: Era): Promise<void> {
  if (era === '2025-11-25') {
    host.send(INITIALIZE);
    await host.answer(INITIALIZE.id);
    host.send(INITIALIZED);
    return;
  }
  host.send({ jsonrpc: '2.0', id: 'open', method: 'server/discover', params: { _meta: meta } });
  await host.answer('open');
}

/** Writes pieces of any length, each on its own way through the pipe. */
async function write(host: LineHost, bytes: Buffer, lengths: readonly number[]): Promise<void> {
  let at = 0;
  for (let piece = 0; at < bytes.length; piece++) {
    const next = at + (lengths[piece % lengths.length] ?? bytes.length);
    await new Promise((resolve) => host.child.stdin.write(bytes.subarray(at, next), resolve));
    at = next;
  }
}

const idOf = ({ answer }: HostLine): string | null | undefined => ('id' in answer ? answer.id : undefined);

function expectAnswers(lines: readonly HostLine[], answers: readonly Line[]): void {
  for (const { answer } of lines) {
    if (answer.kind === 'none' || answer.id === null) continue;
    const own = answers.filter(({ id }) => id === answer.id);
    expect(own).toHaveLength(1);
    if (answer.kind === 'error') expect(own[0]).toMatchObject({ error: { code: answer.code } });
    if (answer.kind === 'echo') {
      expect(own[0]).toMatchObject({ result: { content: [{ type: 'text', text: answer.text }] } });
    }
  }
  const unnamed = lines.flatMap(({ answer }) => (answer.kind === 'error' && answer.id === null ? [answer.code] : []));
  expect(answers.filter(({ id }) => id === null).map(({ error }) => error?.code)).toEqual(unnamed);
}

const lineEnds = fc.infiniteStream(fc.constantFrom('\n', '\n', '\r\n'));
const pieces = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 500, max: 70_000 })), {
  minLength: 1,
  maxLength: 20,
});
const makers = (maker: fc.Arbitrary<LineMaker>, maxLength: number): fc.Arbitrary<LineMaker[]> =>
  fc.array(maker, { maxLength, size: 'max' });

describe.each(ERAS)('a host of revision $era that writes what it should not', (era) => {
  it('is answered as JSON-RPC says, its good calls once each, and the session goes on', async () => {
    const property = fc.asyncProperty(
      fc.record({ before: makers(junkLine, 5), within: makers(anyLine, 60), ends: lineEnds, lengths: pieces }),
      async ({ before, within, ends, lengths }) => {
        const host = await startServe();
        const made = (all: readonly LineMaker[], name: string): HostLine[] =>
          all.map((make, index) => make(`${name}-${index}`, era.meta));
        const bytesOf = (lines: readonly HostLine[]): Buffer =>
          Buffer.concat(lines.flatMap(({ bytes }) => [bytes, Buffer.from(String(ends.next().value))]));
        const early = made(before, 'early');
        const late = made(within, 'late');
        await write(host, bytesOf(early), lengths);
        await open(host, era);
        await write(host, bytesOf(late), lengths);
        host.send(call('last', 'headers', era.meta));
        const ids = late.map(idOf).filter((id) => typeof id === 'string');
        await Promise.all(ids.map((id) => host.answer(id)));
        expect(await host.answer('last')).toHaveProperty('result');
        const { code } = await host.end();
        expect(code).toBe(0);
        const answers = host.texts.map((text) => JSON.parse(text) as Line);
        for (const answer of answers) expect(answer.jsonrpc).toBe('2.0');
        expectAnswers([...early, ...late], answers);
      },
    );
    await fc.assert(property, { numRuns: 8 });
  });

  it('gets one error for a line over 64 MiB, and answers for what stands before and after it', async () => {
    const host = await startServe();
    await open(host, era);
    host.send(call('before', 'headers', era.meta));
    for (let mebibyte = 0; mebibyte < 65; mebibyte++) host.child.stdin.write(Buffer.alloc(1024 * 1024, 'x'));
    host.child.stdin.write('\n');
    host.send(call('after', 'headers', era.meta));
    await host.answer('before');
    expect(await host.answer('after')).toHaveProperty('result');
    await host.end();
    const answers = host.texts.map((text) => JSON.parse(text) as Line);
    expect(answers.filter(({ id }) => id === null).map(({ error }) => error?.code)).toEqual([-32600]);
    expect(host.answers('before')).toHaveLength(1);
    expect(host.answers('after')).toHaveLength(1);
  });

  it('may send a request without its opening first: it is answered, and the session goes on', async () => {
    const host = await startServe();
    host.send({ jsonrpc: '2.0', id: 'early', method: 'unknown' });
    await host.answer('early');
    await open(host, era);
    host.send(call('good', 'headers', era.meta));
    expect(await host.answer('good')).toHaveProperty('result');
    expect(host.answers('early')).toHaveLength(1);
  });
});
