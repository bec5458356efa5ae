// A real Secret Service for one test: gnome-keyring on a D-Bus session of its own, in a home of its own. Everything
// ends with the session. Also one that never answers, as a desktop that asks for a password in a window nobody sees.
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { finished, MCPGW, type CliResult, type Sandbox } from './cli.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Why there is no keyring to test with; undefined when there is one. */
export function missingKeyring(): string | undefined {
  const missing = ['dbus-run-session', 'gnome-keyring-daemon', 'gdbus'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  return missing.length === 0 ? undefined : `not run: ${missing.join(', ')} missing here`;
}

export interface KeyringSession {
  readonly sandbox: Sandbox;
  /** What the keyring holds, by `service` and `account`. */
  readonly entries: readonly (readonly [service: string, account: string, password: string])[];
  /** Locks the keyring before the program runs. */
  readonly locked?: boolean;
}

/** Runs `mcpgw` with the words beside an unlocked keyring. */
export async function runWithKeyring(words: readonly string[], session: KeyringSession): Promise<CliResult> {
  const { sandbox, entries, locked = false } = session;
  const script = `
printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 90
printf '%s' "$ENTRIES" | "$NODE" -e "$STORE" || exit 91
if [ "$LOCKED" = yes ]; then gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \\
  --method org.freedesktop.Secret.Service.Lock "['/org/freedesktop/secrets/collection/login']" >/dev/null || exit 92; fi
exec "$NODE" "$MCPGW" "$@"`;
  const store = `
const keytar = require(${JSON.stringify(path.join(ROOT, 'node_modules/keytar'))});
let text = '';
process.stdin.on('data', (part) => (text += part)).on('end', async () => {
  for (const [service, account, password] of JSON.parse(text)) await keytar.setPassword(service, account, password);
});`;
  return inSession(['sh', '-c', script, 'sh', ...words], {
    sandbox,
    env: { ENTRIES: JSON.stringify(entries), STORE: store, LOCKED: locked ? 'yes' : 'no' },
  });
}

/** Runs `mcpgw` with the words on a session whose Secret Service starts and never says a word. */
export async function runWithSilentKeyring(words: readonly string[], sandbox: Sandbox): Promise<CliResult> {
  const services = path.join(sandbox.env['XDG_DATA_HOME'] ?? '', 'dbus-1', 'services');
  await mkdir(services, { recursive: true });
  const script = await sandbox.file('silent.sh', SILENT);
  await writeFile(
    path.join(services, 'org.freedesktop.secrets.service'),
    `[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sh ${script}\n`,
  );
  return inSession(['sh', '-c', 'exec "$NODE" "$MCPGW" "$@"', 'sh', ...words], { sandbox, env: {} });
}

/** A service that never takes its name, and ends with the bus that started it. */
const SILENT = 'exec >/dev/null 2>&1\nwhile kill -0 $PPID; do sleep 0.2; done\n';

async function inSession(
  command: readonly string[],
  { sandbox, env }: { readonly sandbox: Sandbox; readonly env: Readonly<Record<string, string>> },
): Promise<CliResult> {
  const runtime = path.join(sandbox.directory, 'run');
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  const child = spawn('dbus-run-session', ['--', ...command], {
    cwd: sandbox.directory,
    env: { ...sandbox.env, XDG_RUNTIME_DIR: runtime, NODE: process.execPath, MCPGW, ...env },
  });
  child.stdin.end();
  return finished(child);
}
