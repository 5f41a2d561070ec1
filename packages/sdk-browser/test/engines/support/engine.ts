import { setTimeout } from 'node:timers/promises';

/** A cookie as the browser keeps it, not as a script sees it. */
export interface StoredCookie {
  name: string;
  value: string;
  domain: string;
  httpOnly: boolean;
  /** Seconds since 1970; undefined for a session cookie. */
  expires: number | undefined;
}

/** One tab of a real browser: what a visitor can do with it, and what a test has to look at. */
export interface Tab {
  open(url: string): Promise<void>;
  /** Runs a function in the page and answers with its (awaited) result. */
  evaluate<A extends unknown[], T>(run: (...args: A) => T, ...args: A): Promise<Awaited<T>>;
  /** Clicks an element as a visitor would; looks into open shadow roots. */
  click(selector: string): Promise<void>;
  /** Every cookie of the page's site, `HttpOnly` ones included. */
  cookies(): Promise<StoredCookie[]>;
  back(): Promise<void>;
  close(): Promise<void>;
}

/** A running browser in which every host is answered by the proxy it was started with. */
export interface Engine {
  readonly name: string;
  /** Opens a tab. All tabs belong to one visitor: tests use hosts of their own instead of profiles of their own. */
  tab(): Promise<Tab>;
  close(): Promise<void>;
}

/** Finds an element by selector in the document and in all open shadow roots. Runs in the page. */
export function findDeep(selector: string): Element | undefined {
  const roots: ParentNode[] = [document];
  for (let root = roots.shift(); root; root = roots.shift()) {
    const found = root.querySelector(selector);
    if (found) return found;
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot);
  }
  return undefined;
}

/** How long something may take that happens by itself. What never happens has to end its test, and only that. */
const PATIENCE = 30_000;

/** Looks again and again until the answer is truthy. */
export async function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const answer = await look();
    if (answer) return answer;
    await setTimeout(10);
  }
  throw new Error(`this did not become true within ${PATIENCE / 1000} seconds: ${String(look)}`);
}

/** A page that is left while it is asked may never answer (WebKit, when it goes into the back/forward cache). */
const ANSWER_WITHIN = 3_000;

/** Asks the page again and again until the answer is truthy; the page may be navigating meanwhile. */
export async function until<A extends unknown[], T>(tab: Tab, run: (...args: A) => T, ...args: A): Promise<Awaited<T>> {
  const answer = await eventually(async () => {
    const answered = new AbortController();
    const nothing = setTimeout(ANSWER_WITHIN, undefined, { signal: answered.signal }).catch(() => undefined);
    const value = await Promise.race([tab.evaluate(run, ...args).catch(() => undefined), nothing]);
    answered.abort();
    return value;
  });
  return answer as Awaited<T>;
}
