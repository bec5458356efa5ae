// The guides of `validate` are run: their examples become files, their commands print what the pages say, against a real
// identity provider and a real MCP server in place of the hosts that the pages name.
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, finished, MCPGW, type CliResult, type Sandbox } from '../support/cli.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { startUpstream, type Upstream } from '../support/upstream-server.js';
import { checkText } from '../unit/config/check-text.js';

const guide = (name: string): Promise<string> =>
  readFile(new URL(`../../docs/guide/${name}.md`, import.meta.url), 'utf8');
const PAGES = { validate: await guide('validate'), 'validate-online': await guide('validate-online') };

let provider: RunningIdentityProvider;
let upstream: Upstream;
let sandbox: Sandbox;
beforeEach(async () => {
  provider = await startIdentityProvider();
  upstream = await startUpstream({ era: 'both' });
  sandbox = await createSandbox();
  await mkdir(path.join(sandbox.directory, 'bin'));
  await symlink(MCPGW, path.join(sandbox.directory, 'bin/mcpgw'));
  await chmod(MCPGW, 0o755);
});
afterEach(async () => {
  await provider.close();
  await upstream.close();
  await sandbox.remove();
});

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocks(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

/** The examples of a page, each with the name that its first line gives it. */
function examples(page: string): readonly { readonly name: string; readonly text: string }[] {
  return blocks(page)
    .filter(({ language }) => language === 'jsonc')
    .map(({ text }) => ({ name: /^\/\/ (\S+\.jsonc)\n/.exec(text)?.[1] ?? 'nameless', text }));
}

function example(page: string, name: string): string {
  return examples(page).find((each) => each.name === name)?.text ?? '';
}

function hosted(text: string): string {
  return text
    .replaceAll('https://mcp.example.com/mcp', upstream.url)
    .replaceAll('https://idp.example.com/jwks', provider.metadata.jwks_uri)
    .replaceAll('https://idp.example.com', provider.issuer);
}

/** As a shell runs it, with the hosts named as on the page. */
async function shell(line: string): Promise<CliResult> {
  const child = spawn('bash', ['-c', line], {
    cwd: sandbox.directory,
    env: {
      ...sandbox.env,
      PATH: `${sandbox.directory}/bin:${path.dirname(process.execPath)}:${sandbox.env['PATH']}`,
      GIT_CONFIG_NOSYSTEM: '1',
    },
  });
  child.stdin.end();
  const result = await finished(child);
  const named = (text: string): string =>
    text
      .replaceAll(upstream.url, 'https://mcp.example.com/mcp')
      .replaceAll(provider.metadata.jwks_uri, 'https://idp.example.com/jwks')
      .replaceAll(provider.issuer, 'https://idp.example.com');
  return { ...result, stdout: named(result.stdout), stderr: named(result.stderr) };
}

describe.each(Object.entries(PAGES))('the guide %s', (name, page) => {
  it('has examples that are valid, with a name, and no block that nobody runs', async () => {
    expect(examples(page)).not.toEqual([]);
    for (const { name: file, text } of examples(page)) {
      expect(file).not.toBe('nameless');
      const { policy, diagnostics } = await checkText(text, { lint: true, env: { LAB_KEY: 'x' } });
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(policy?.servers).toHaveLength(1);
    }
    const languages = new Set(blocks(page).map(({ language }) => language));
    expect([...languages].toSorted()).toEqual(['console', 'jsonc', ...(name === 'validate' ? [] : ['sh'])]);
  });

  it('shows what its commands print', async () => {
    for (const { name: file, text } of examples(page)) await sandbox.file(file, hosted(text));
    const author = '-c user.name=ana -c user.email=ana@example.com';
    expect(await shell(`git init -q && git add mcpgw.jsonc && git ${author} commit -qm first`)).toMatchObject({
      code: 0,
    });
    const commands = consoleCommands(page);
    expect(commands.length).toBeGreaterThan(1);
    const wrong: string[] = [];
    for (const { command, expected, line } of commands) {
      const { stdout, stderr } = await shell(command);
      if (!matchesOutput(expected, stdout + stderr)) wrong.push(`${name}.md:${line} $ ${command}\n${stdout}${stderr}`);
    }
    expect(wrong.join('\n')).toBe('');
  });
});

describe('the guide validate', () => {
  const page = PAGES.validate;

  it('has a row for every format, and each of them is one', async () => {
    await sandbox.file('mcpgw.jsonc', example(page, 'mcpgw.jsonc'));
    const formats = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, format = '']) => format);
    const { stdout: help } = await sandbox.run(['validate', '--help']);
    expect(formats.filter((format) => !help.includes(format))).toEqual([]);
    const printed = new Set<string>();
    for (const format of formats) {
      const { code, stdout } = await sandbox.run(['validate', '--no-resolve', '--format', format, 'mcpgw.jsonc']);
      expect({ format, code }).toEqual({ format, code: 0 });
      expect(stdout).toContain('MCPGW004');
      printed.add(stdout);
    }
    expect([formats.length, printed.size]).toEqual([5, 5]);
  });

  it('silences by its comment alone', async () => {
    const text = example(page, 'silenced.jsonc');
    await sandbox.file('bare.jsonc', text.replace(/^.*mcpgw-disable-next-line.*\n/m, ''));
    const { code, stdout } = await sandbox.run(['validate', '--strict', 'bare.jsonc']);
    expect(code).toBe(1);
    expect(stdout).toContain('MCPGW004');
  });
});

describe('the line for CI in the guide validate-online', () => {
  const page = PAGES['validate-online'];
  const lines = blocks(page).filter(({ language }) => language === 'sh');
  const text = example(page, 'mcpgw.jsonc');
  const right = text.replace('"https://idp.example.com/"', '"https://idp.example.com"');

  async function outcome(config: string) {
    await sandbox.file('mcpgw.jsonc', hosted(config));
    const { code } = await shell(lines[0]?.text ?? 'false');
    // What `validate --json` prints (src/cli/render/diagnostics-json.ts).
    const report = JSON.parse(await readFile(path.join(sandbox.directory, 'report.json'), 'utf8')) as {
      files: { diagnostics: { code: string }[] }[];
    };
    return { code, found: report.files.flatMap(({ diagnostics }) => diagnostics.map((each) => each.code)) };
  }

  it('passes what is right, and stops at a mistake', async () => {
    expect(lines).toHaveLength(1);
    expect(await outcome(right)).toEqual({ code: 0, found: [] });
    expect(await outcome(text)).toEqual({ code: 1, found: ['MCPGW206'] });
  });

  it('lets an outage pass', async () => {
    await upstream.close();
    expect(await outcome(right)).toEqual({ code: 0, found: ['MCPGW201'] });
  });
});
