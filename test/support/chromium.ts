// Debian's Chromium, driven by playwright-core, for tests that need a real browser.
import { spawnSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

/** Why there is no browser to test with; undefined when there is one. */
export function missingChromium(): string | undefined {
  return spawnSync(EXECUTABLE, ['--version']).status === 0 ? undefined : `not run: ${EXECUTABLE} missing here`;
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    // Tests may run as root; and nothing but the pages of the test is to be asked for.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  });
}
