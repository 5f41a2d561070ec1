import { candidates } from './lib/candidates.js';
import { checkId } from './lib/check-id.js';
import { isActive } from './lib/when-activated.js';
import type { Clicks, Options } from './types.js';

/** Settings of `explain()`: those of `init()`, to judge the address by the same rules. */
export type ExplainOptions = Options & {
  /** Where the sentences go. Default `console.debug`. */
  say?: (sentence: string) => void;
};

// Enough to tell two ids apart, and not the id itself: pages send their consoles to other services.
const brief = (id: string) => (id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-4)}` : id);

/**
 * Says in plain words what is decided about clicks and why: what the address has, what was stored where, what changed.
 * For development; `dist/tallyback.debug.js` is the script with it.
 *
 * @returns a function that ends it
 */
export function explain(clicks: Clicks, { say = console.debug, ...options }: ExplainOptions = {}): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const tell = (sentence: string) => say(`tallyback: ${sentence}`);
  const { params = ['clickid'], path, validate, cookie, storage } = options;
  const { name = '_clk' } = cookie || {};

  const found = candidates(new URL(location.href), params, path);
  if (!found[0]) tell(`the address has none of: ${params.join(', ')}`);
  for (const [param, value] of found) {
    const reason = checkId(value, param, validate);
    tell(`the address has ${param}=${brief(value)}: ${reason ? `refused, ${WHY[reason]}` : 'a possible click id'}`);
  }
  if (!isActive()) tell('this page is being prerendered: nothing is written before somebody sees it');

  const state = () => {
    const kept = clicks.all().map(({ param, id, at }) => `${param}=${brief(id)} of ${new Date(at).toISOString()}`);
    tell(`consent ${clicks.consent()}; ${kept.length ? `kept, oldest first: ${kept.join(', ')}` : 'no click is kept'}`);
    const places = [cookie !== false && inCookie(name), storage !== false && inStorage(name)].filter(Boolean);
    tell(`stored in ${places.join(' and ') || 'nothing, so the click lives as long as this page'}`);
    const { status, param, reason } = clicks.capture();
    if (reason) tell(`${param} in the address is not taken: ${WHY[reason]}`);
    else if (status !== 'none') tell(`${param} in the address is kept`);
  };
  let isOver = false;
  // capture() may itself be a change.
  let isBusy = false;
  const look = () => {
    if (isBusy || isOver) return;
    isBusy = true;
    state();
    isBusy = false;
  };
  const stop = clicks.subscribe(look);
  clicks.ready.then(look).catch(() => undefined);
  return () => {
    isOver = true;
    stop();
  };
}

const WHY = {
  macro: 'a placeholder that nobody filled in',
  length: 'empty or over 512 characters',
  charset: 'it has a character that no click id has',
  format: 'not one of our click ids (26 characters)',
  refused: 'by the validate function of this page',
  expired: 'older than the window, while another click counts',
  older: 'a newer click is kept',
  consent: 'consent is denied',
} as const;

function inCookie(name: string): string | false {
  return document.cookie.split('; ').some((pair) => pair.startsWith(`${name}=at=`)) && `the cookie ${name}`;
}

function inStorage(name: string): string | false {
  try {
    return (localStorage.getItem(name) ?? '').startsWith('at=') && 'localStorage';
  } catch {
    return false;
  }
}
