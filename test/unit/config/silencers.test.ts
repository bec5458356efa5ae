// Comments that take a finding back, and what becomes of those that take back none.
import { describe, expect, test } from 'vitest';
import { checkText, type World } from './check-text.js';

const FORWARD = '"forward_headers": { "mode": "all-except", "headers": [] }';

async function found(text: string, world: World = {}): Promise<readonly string[]> {
  const { diagnostics } = await checkText(text, { lint: true, ...world });
  return diagnostics.map(({ code, severity, place, message }) => `${place.line} ${severity} ${code} ${message}`);
}

describe('a silencer', () => {
  test.each([
    ['by code', '// mcpgw-disable-next-line MCPGW004'],
    ['by name', '// mcpgw-disable-next-line all-except-mode'],
    ['in lower case', '// mcpgw-disable-next-line mcpgw004'],
    ['with a reason', '// mcpgw-disable-next-line MCPGW004 -- the upstream wants all of MCPGW009'],
    ['in a block', '/* mcpgw-disable-next-line MCPGW004 */'],
    ['in a block of several lines', '/*\n * mcpgw-disable-next-line\n * MCPGW004\n */'],
    ['with a colon', '//mcpgw-disable-next-line: MCPGW004'],
  ])('takes back a warning on the next line: %s', async (_title, comment) => {
    expect(await found(`{\n${comment}\n${FORWARD} }`)).toEqual([]);
  });

  test('may name several rules, and several silencers may stand above one line', async () => {
    const line = `${FORWARD}, "user_identity_forwarding": { "method": "claims_header" }`;
    expect(await found(`{\n${line} }`)).toHaveLength(2);
    expect(await found(`{\n// mcpgw-disable-next-line MCPGW004, MCPGW010\n${line} }`)).toEqual([]);
    expect(
      await found(`{\n// mcpgw-disable-next-line MCPGW004\n\n// mcpgw-disable-next-line MCPGW010\n${line} }`),
    ).toEqual([]);
  });

  test('leaves every other line and every other rule alone', async () => {
    const identity = '"user_identity_forwarding": { "method": "claims_header" }';
    expect(await found(`{\n// mcpgw-disable-next-line MCPGW010\n${identity},\n${FORWARD} }`)).toEqual([
      '4 warning MCPGW004 `all-except` forwards every header that nobody thought of',
    ]);
    expect(await found(`{\n// mcpgw-disable-next-line MCPGW010\n${FORWARD} }`)).toEqual([
      '2 warning MCPGW028 `MCPGW010` finds nothing on the next line',
      '3 warning MCPGW004 `all-except` forwards every header that nobody thought of',
    ]);
  });

  test('of the line that it stands on itself silences the line behind', async () => {
    expect(await found(`{\n${FORWARD} /* mcpgw-disable-next-line MCPGW004 */\n}`)).toEqual([
      '2 warning MCPGW004 `all-except` forwards every header that nobody thought of',
      '2 warning MCPGW028 `MCPGW004` finds nothing on the next line',
    ]);
  });

  test('takes back a finding that `lint` made an error, for every command', async () => {
    const text = `{\n// mcpgw-disable-next-line MCPGW004\n${FORWARD}, "lint": { "all-except-mode": "error" } }`;
    for (const lint of [true, false]) {
      const { policy, diagnostics } = await checkText(text, { lint });
      expect(diagnostics).toEqual([]);
      expect(policy).toBeDefined();
    }
  });

  test('never takes back an error of the document', async () => {
    expect(await found('{\n// mcpgw-disable-next-line MCPGW118\n"timeout_ms": 0 }')).toEqual([
      '2 warning MCPGW028 `MCPGW118` is an error, and errors cannot be silenced',
      '3 error MCPGW118 `timeout_ms` must be an integer from 1 to 2147483647',
    ]);
  });

  test('in a text is no silencer', async () => {
    const text = `{ "client_headers": { "X-A": "// mcpgw-disable-next-line MCPGW004" },\n${FORWARD} }`;
    expect(await found(text)).toHaveLength(1);
  });
});

describe('a silencer that silences nothing', () => {
  test('is told with what it names, and with what was probably meant', async () => {
    const { diagnostics } = await checkText('{\n  // mcpgw-disable-next-line all-exept-mode\n}', { lint: true });
    expect(diagnostics).toMatchObject([
      {
        code: 'MCPGW028',
        place: { line: 2, column: 3, endLine: 2, endColumn: 44 },
        message: '`all-exept-mode` is not a rule',
        help: 'did you mean `all-except-mode`?',
      },
    ]);
  });

  test('is told when it names nothing, when nothing follows, and when its rule is off', async () => {
    expect(await found('{\n// mcpgw-disable-next-line\n}')).toEqual(['2 warning MCPGW028 this comment names no rule']);
    expect(await found('{}\n// mcpgw-disable-next-line MCPGW004')).toHaveLength(1);
    const off = '"lint": { "all-except-mode": "off" }';
    expect(await found(`{ ${off},\n// mcpgw-disable-next-line MCPGW004\n${FORWARD} }`)).toHaveLength(1);
  });

  test('is told when its first word is another one', async () => {
    for (const word of ['mcpgw-disable-line', 'mcpgw-disable', 'mcpgw-disable-nextline', 'mcpgw-disable-next-lines']) {
      expect(await found(`{\n// ${word} MCPGW004\n${FORWARD} }`)).toEqual([
        `2 warning MCPGW028 \`${word}\` silences nothing`,
        '3 warning MCPGW004 `all-except` forwards every header that nobody thought of',
      ]);
    }
    expect(await found('{\n// mcpgw is configured here\n}')).toEqual([]);
  });

  test('is an error, or nothing, when `lint` says so', async () => {
    const text = (level: string): string =>
      `{ "lint": { "unused-silencer": "${level}" } }\n// mcpgw-disable-next-line MCPGW004`;
    expect(await found(text('off'))).toEqual([]);
    expect((await checkText(text('error'))).diagnostics).toMatchObject([{ code: 'MCPGW028', severity: 'error' }]);
  });

  test('is only told where references have values, unless it names no rule at all', async () => {
    const text = '{\n// mcpgw-disable-next-line MCPGW007\n"client_headers": {\n"X-A": "${A}" } }';
    expect(await found(text, { resolveReferences: false })).toEqual([]);
    expect(await found(text, { env: { A: 'a' } })).toHaveLength(1);
    expect(await found(text.replace('MCPGW007', 'MCPGW999'), { resolveReferences: false })).toHaveLength(1);
  });

  test('is not told of what depends on the machine: who can read the file, and what is found online', async () => {
    for (const code of ['MCPGW026', 'exposed-config-file', 'MCPGW207']) {
      expect(await found(`{\n// mcpgw-disable-next-line ${code}\n"timeout_ms": 1 }`)).toEqual([]);
    }
  });
});
