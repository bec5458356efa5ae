// For any policy and any caller, a tool is listed exactly when it can be called, and a call that is denied reads like
// one of a tool that does not exist. Through one process for each policy, its callers interleaved.
import * as fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import type { ToolPolicy } from '../../src/policy/model.js';
import { hasToolRules, toolVerdict } from '../../src/policy/tools.js';
import { Secret } from '../../src/secret/secret.js';
import { bearerMeta, ENVELOPE, policy, start, token, upstream } from '../support/bridge-stage.js';
import { call, type Line, type LineHost } from '../support/line-host.js';
import { json, resultOf, type Received } from '../support/scripted-upstream.js';
import { serverOf } from '../unit/config/check-text.js';

const TOOLS = ['a', 'ab', 'abc', 'b', 'ba', 'bc', 'c', 'a.b', 'A', 'a*', '*', 'é', '', ' a', '\u{1F600}'];
const NO_TOOL = 'nothing';
const PAGE_SIZE = 3;

const glob = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '*', '.'), minLength: 1, maxLength: 3 });
const globs = fc.array(glob, { minLength: 1, maxLength: 3 });
const rule = fc.oneof(
  fc.record({ values: fc.constantFrom('x', 'y') }),
  fc.record({ values: fc.constant(['x', 'y']), matchType: fc.constantFrom('contains', 'containsAll') }),
  fc.record({ values: fc.constant('^x'), matchType: fc.constant('regex') }),
);
const policies = fc.record({
  tools: fc.record({ allowed: globs, blocked: globs }, { requiredKeys: [] }),
  tool_authorization: fc.dictionary(
    glob,
    fc.record({ required_claims: fc.dictionary(fc.constantFrom('role', 'scope'), rule, { maxKeys: 2 }) }),
    { maxKeys: 4 },
  ),
});
const value = fc.oneof(fc.constantFrom('x', 'y', 'x y', 'xy', ''), fc.constantFrom(['x'], ['y', 'x'], [], 5));
const callers = fc.array(fc.record({ role: value, scope: value }, { requiredKeys: [] }), {
  minLength: 4,
  maxLength: 8,
});

const nameIn = ({ body }: Received): unknown => (body['params'] as { readonly name?: unknown } | undefined)?.name;

beforeEach(() => {
  upstream.script((received) => {
    const { body, response } = received;
    const answer = { jsonrpc: '2.0', id: body.id };
    if (body.method === 'tools/call') {
      const error = { code: -32602, message: `Tool ${String(nameIn(received))} not found`, data: { is: 'gone' } };
      return json(response, nameIn(received) === NO_TOOL ? { ...answer, error } : resultOf(received));
    }
    if (body.method !== 'tools/list') return false;
    const from = Number((body['params'] as { readonly cursor?: string }).cursor ?? '0');
    const tools = TOOLS.slice(from, from + PAGE_SIZE).map((name) => ({ name, inputSchema: { type: 'object' } }));
    const next = from + PAGE_SIZE < TOOLS.length ? { nextCursor: String(from + PAGE_SIZE) } : {};
    return json(response, { ...answer, result: { resultType: 'complete', tools, ...next } });
  });
});

/** One of several callers who speak through the same process. */
interface Speaker {
  readonly host: LineHost;
  readonly index: number;
  readonly meta: object;
}

interface ListResult {
  readonly tools: readonly { readonly name: string }[];
  readonly nextCursor?: string;
}

async function listedTo({ host, index, meta }: Speaker): Promise<readonly string[]> {
  const names: string[] = [];
  let cursor: string | undefined = '0';
  for (let page = 0; cursor !== undefined; page++) {
    const id = `list-${index}-${page}`;
    const params = { ...(page === 0 ? {} : { cursor }), _meta: meta };
    host.send({ jsonrpc: '2.0', id, method: 'tools/list', params });
    const { tools, nextCursor } = (await host.answer(id)).result as ListResult;
    names.push(...tools.map(({ name }) => name));
    cursor = nextCursor;
  }
  return names;
}

async function answersTo({ host, index, meta }: Speaker): Promise<readonly (readonly [string, Line])[]> {
  return Promise.all(
    [...TOOLS, NO_TOOL].map(async (name): Promise<readonly [string, Line]> => {
      const id = `call-${index}-${name}`;
      host.send(call(id, name, meta));
      return [name, await host.answer(id)];
    }),
  );
}

function expectedFor(tools: ToolPolicy, claims: object): readonly string[] {
  const principal = { kind: 'login', token: new Secret('t'), claims: { ...claims } } as const;
  return TOOLS.filter((tool) => toolVerdict({ tools, principal, tool }).verdict === 'allowed');
}

it('lists a tool exactly when it can be called', { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(policies, callers, async (written, claimsOfCallers) => {
    const before = upstream.received.length;
    const config = { ...policy(), ...written };
    const { tools } = await serverOf(config);
    const host = await start(config, ['--protocol', '2026']);
    const speak = async (claims: object, index: number): Promise<void> => {
      const meta = { ...ENVELOPE, ...bearerMeta(token({ sub: `caller-${index}`, ...claims })) };
      const speaker = { host, index, meta };
      const check = (names: readonly string[]): void => {
        expect(names).toEqual(expectedFor(tools, claims));
      };
      // Half of them call before they have listed anything.
      if (index % 2 === 0) check(await listedTo(speaker));
      const answers = await answersTo(speaker);
      check(answers.filter(([, { error }]) => error === undefined).map(([name]) => name));
      check(await listedTo(speaker));
      // Without any rule the server's own words pass.
      if (!hasToolRules(tools)) return;
      for (const [name, { error }] of answers) {
        if (error !== undefined) expect(error).toEqual({ code: -32602, message: `Unknown tool: ${name}` });
      }
    };
    await Promise.all(claimsOfCallers.map(speak));
    host.child.kill();
    await host.exited;
    const called = upstream.received.slice(before).filter(({ body }) => body.method === 'tools/call');
    expect(called.some((received) => nameIn(received) === NO_TOOL)).toBe(!hasToolRules(tools));
  });
  await fc.assert(property, { numRuns: 12, examples: [[{ tools: {}, tool_authorization: {} }, [{}]]] });
});
