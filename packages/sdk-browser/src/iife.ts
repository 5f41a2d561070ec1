import { init } from './init.js';
import { callBack } from './lib/call-back.js';
import { type Data, optionsOf } from './lib/options-of.js';
import { type Parts, partsOf } from './lib/parts-of.js';
import type { Clicks } from './types.js';

/** What a page may push: `['setConsent', 'granted']`, or a function that gets the clicks. */
export type Call =
  | [method: 'capture' | 'clear' | 'setConsent' | 'subscribe', ...args: never[]]
  | ((clicks: Global) => void);

type Method = ((...args: unknown[]) => unknown) | undefined;

/** `window.tallyback`: an array of calls until the script has loaded, the clicks with `push()` from then on. */
export type Global = Clicks & Parts & { push(...calls: Call[]): void };

const scope = window as unknown as { tallyback?: Global | Call[] };
const early = scope.tallyback;

// A second copy of the script finds the first one at work and leaves it alone. Anything that is neither is the page's
// own, or an element with this id, which browsers show as a global too.
if (!(early as Global | undefined)?.ready) {
  // Only a classic script is told which tag is ours. A module has to look for one by name, which may be somebody else's or
  // not be there, so it takes one that says a word about consent, or else waits for it.
  const tag = document.currentScript ?? document.querySelector('script[src*=tallyback][data-consent]');
  const data: Data = (tag as HTMLElement | null)?.dataset ?? { consent: 'pending' };
  const clicks = init(optionsOf(data));
  const push = (...calls: Call[]) => {
    for (const call of calls) {
      callBack(() => (typeof call === 'function' ? call(tallyback) : (clicks[call[0]] as Method)?.(...call.slice(1))));
    }
  };
  const tallyback = { ...clicks, ...partsOf(clicks, data), push };
  scope.tallyback = tallyback;
  if (Array.isArray(early)) push(...early);
}
