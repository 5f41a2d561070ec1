import { accessSync, constants } from 'node:fs';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import puppeteer, { type Browser } from 'puppeteer-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where Chromium is on this machine: `CHROMIUM_PATH`, else the usual places. */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROMIUM_PATH;
  return chosen ? chosen : PLACES.find(executable);
}

/**
 * A headless Chromium with a profile of its own, in which every `*.example` and `*.co.uk` host is this machine. Needs
 * no network: what the browser would ask its maker for is switched off.
 */
export function launchChromium(path: string): Promise<Browser> {
  return puppeteer.launch({
    executablePath: path,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // What scrolls smoothly is somewhere else by the time of a click that was aimed at it.
      '--force-prefers-reduced-motion',
      '--host-resolver-rules=MAP *.example 127.0.0.1, MAP *.co.uk 127.0.0.1',
    ],
  });
}

/**
 * A `describe` with one Chromium for all its tests. Without Chromium it is skipped, and one line says what is missing
 * and how to get it.
 */
export function describeInChromium(title: string, body: (browser: () => Browser) => void): void {
  const path = findChromium();
  if (!path) {
    process.stderr.write(
      `SKIPPED: "${title}" needs Chromium: apt-get install chromium, or set CHROMIUM_PATH to an executable\n`,
    );
    describe.skip(title, () => {
      it('needs Chromium', () => undefined);
    });
    return;
  }
  describe(title, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await launchChromium(path);
    });
    afterAll(() => browser?.close());
    body(() => {
      if (!browser) throw new Error('Chromium is started before the first test, so use it inside a test');
      return browser;
    });
  });
}
