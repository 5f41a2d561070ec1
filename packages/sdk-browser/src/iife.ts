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

const scope = window as unknown as { tallyback?: Global | Call[] };
const early = scope.tallyback;

// A second copy of the script finds the first one at work and leaves it alone. Anything that is neither is an element
// with this id, which browsers show as a global too.
if (!early || !('ready' in early)) {
  // Only readable while the script runs.
  const options = optionsOf((document.currentScript as HTMLScriptElement | null)?.dataset ?? {});
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
