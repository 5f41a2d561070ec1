import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { freePort } from '../../../../../scripts/net/free-ports.js';
import { type Engine, eventually, findDeep, type Tab } from './engine.js';

/** The key under which WebDriver answers with an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

interface DriverCookie {
  name: string;
  value: string;
  domain: string;
  httpOnly: boolean;
  expiry?: number;
}

type Ask = <T>(method: 'POST' | 'GET' | 'DELETE', path: string, body?: object) => Promise<T>;

/** A WebKitGTK whose profile can be looked at. */
export interface WebKitEngine extends Engine {
  /** The folder in which it keeps cookies and what its tracking prevention has observed. */
  profile: string;
}

/** Is there all that the window with tracking prevention needs beside the driver? */
export function hasWindow(): boolean {
  const isThere = (command: string, args: string[]) =>
    spawnSync(command, args, { stdio: 'ignore' }).error === undefined;
  const bindings = "import gi; gi.require_version('WebKit2', '4.1')";
  return (
    isThere('Xvfb', ['-help']) && spawnSync('/usr/bin/python3', ['-c', bindings], { stdio: 'ignore' }).status === 0
  );
}

/** Starts WebKitGTK with tracking prevention, on a screen that nobody sees. */
export async function startWebKit(driverPath: string, proxy: string): Promise<WebKitEngine> {
  const profile = await mkdtemp(join(tmpdir(), 'tallyback-webkit-'));
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [display] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
  const port = await freePort();
  const driver = spawn(driverPath, [`--port=${port}`], {
    // A group of its own: the browser is the driver's child, and does not end with it.
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: `:${display.toString().trim()}`,
      PROFILE: profile,
      PROXY: proxy,
      // Without a session bus and a graphics card.
      NO_AT_BRIDGE: '1',
      GSETTINGS_BACKEND: 'memory',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  });
  const stop = async () => {
    await Promise.all([end(driver, true), end(screen, false)]);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const binary = join(__dirname, 'itp-browser.py');
    const ask = await openSession(`http://127.0.0.1:${port}`, binary);
    const main = await ask<string>('GET', '/window');
    let isTaken = false;
    return {
      name: 'WebKitGTK with ITP',
      profile,
      async tab() {
        if (!isTaken) {
          isTaken = true;
          return tabOf(ask, main);
        }
        // The driver opens a tab beside one that is there.
        await ask('POST', '/window', { handle: main });
        const { handle } = await ask<{ handle: string }>('POST', '/window/new', { type: 'tab' });
        return tabOf(ask, handle);
      },
      close: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openSession(address: string, binary: string): Promise<Ask> {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${address}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  const options = { binary, args: [] };
  const session = { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } };
  const { sessionId } = await eventually(() =>
    call<{ sessionId: string }>('POST', '/session', session).catch((error: unknown) => {
      // The driver does not listen yet. Told by its code: Jest's TypeError is not the one that fetch throws.
      if ((error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED') return undefined;
      throw error;
    }),
  ).then((opened) => opened as { sessionId: string });
  return (method, path, body) => call(method, `/session/${sessionId}${path}`, body);
}

function tabOf(ask: Ask, handle: string): Tab {
  // The driver talks to one window at a time, so the calls of several tabs take turns.
  const here = async <T>(method: 'POST' | 'GET' | 'DELETE', path: string, body?: object): Promise<T> => {
    await ask('POST', '/window', { handle });
    return ask(method, path, body);
  };
  const run = async (text: string, args: unknown[]): Promise<unknown> => {
    const script = `const done = arguments[arguments.length - 1];
      const args = Array.prototype.slice.call(arguments, 0, -1);
      Promise.resolve().then(() => (${text})(...args))
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await here<{ value?: unknown; error?: string }>('POST', '/execute/async', {
      script,
      args,
    });
    if (error) throw new Error(error);
    // WebDriver has no undefined.
    return value ?? undefined;
  };
  return {
    open: (url) => here('POST', '/url', { url }),
    evaluate: (fn, ...args) => run(String(fn), args) as never,
    async click(selector) {
      const script = `return (${String(findDeep)})(arguments[0])`;
      const element = await here<Record<string, string>>('POST', '/execute/sync', { script, args: [selector] });
      await here('POST', `/element/${element[ELEMENT]}/click`, {});
    },
    async cookies() {
      const all = await here<DriverCookie[]>('GET', '/cookie');
      return all.map(({ expiry, ...cookie }) => ({ ...cookie, expires: expiry }));
    },
    back: () => run('() => void setTimeout(() => history.back())', []) as Promise<void>,
    close: () => here('DELETE', '/window'),
  };
}

async function end(child: ChildProcess, hasGroup: boolean): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  process.kill(hasGroup ? -child.pid : child.pid, 'SIGKILL');
  await exit;
}
