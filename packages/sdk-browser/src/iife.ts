import { forms } from './forms.js';
import { init } from './init.js';
import { attempt } from './lib/attempt.js';
import { callBack } from './lib/call-back.js';
import { optionsOf } from './lib/options-of.js';
import type { Clicks } from './types.js';

/** What a page may push: `['setConsent', 'granted']`, or a function that gets the clicks. */
export type Call =
  | [method: 'capture' | 'clear' | 'setConsent' | 'subscribe', ...args: never[]]
  | ((clicks: Clicks) => void);

/** `window.tallyback`: an array of calls until the script has loaded, the clicks with `push()` from then on. */
export type Global = Clicks & { push(...calls: Call[]): void };

/**
 * The data attributes of our tag. Only a classic script is told which tag that is. A module has to look for one by name,
 * which may be somebody else's or not be there, so it waits for consent unless that tag says a word about it.
 */
function settings(): Readonly<Record<string, string | undefined>> {
  const { currentScript } = document;
  if (currentScript) return currentScript.dataset;
  const tags = [...document.querySelectorAll<HTMLScriptElement>('script[src*="tallyback"]')];
  return { consent: 'pending', ...tags.map(({ dataset }) => dataset).find((data) => Object.keys(data).length) };
}

const scope = window as unknown as { tallyback?: Global | Call[] };
const early = scope.tallyback;

// A second copy of the script finds the first one at work and leaves it alone. Anything that is neither is an element
// with this id, which browsers show as a global too.
if (!early || !('ready' in early)) {
  const options = optionsOf(settings());
  const clicks = init(options);
  forms(clicks, options);
  const push = (...calls: Call[]) => {
    for (const call of calls) {
      if (typeof call === 'function') callBack(call, clicks);
      else attempt(() => (clicks[call[0]] as (...args: unknown[]) => unknown)(...call.slice(1)));
    }
  };
  scope.tallyback = { ...clicks, push };
  if (Array.isArray(early)) push(...early);
}
