import { isClickId } from './is-click-id.js';
import { attempt } from './lib/attempt.js';
import { candidates } from './lib/candidates.js';
import { checkId } from './lib/check-id.js';
import { clickTime } from './lib/click-time.js';
import { encode } from './lib/codec.js';
import { isOwn } from './lib/is-own.js';
import { merge } from './lib/merge.js';
import { twins } from './lib/twins.js';
import { isActive, whenActivated } from './lib/when-activated.js';
import type { Captured, Clicks, Options, Touch } from './types.js';

/**
 * Starts keeping click ids: reads the page's address, stores what it finds and repairs what the browser has thrown
 * away. Call it once per page. On a server it answers as for a visitor without a click, so shared code may call it.
 *
 * A prerendered page writes nothing before it is shown. Nothing here throws into the page.
 */
export function init(options: Options = {}): Clicks {
  const { params = ['clickid'], path, model, keep, validate, window: seconds = 2_592_000 } = options;
  const lifetime = seconds * 1000;
  const store = twins(options);
  // The browser's own dispatch: a listener's error neither stops the others nor goes unreported.
  const changes = new EventTarget();
  let { consent = 'granted' } = options;
  // What storage does not have: all while consent is pending or the page prerendered, later what it refused to take.
  let held: Touch[] = [];
  let announced = '';

  const stored = () =>
    consent === 'granted' ? store.read().filter(({ id, param }) => !checkId(id, param, validate)) : [];
  const all = () => merge([...stored(), ...held], Date.now(), lifetime, keep);
  const first = () => all()[0];
  const last = () => all().pop();
  const get = model === 'first' ? first : last;

  function announce(): void {
    const state = consent + encode(all());
    if (state !== announced) {
      announced = state;
      changes.dispatchEvent(new Event('change'));
    }
  }

  function commit(): void {
    if (consent === 'granted' && isActive()) {
      const touches = all();
      // Until the newest click runs out and never longer; without one that lies in the past.
      store.write(touches, (last()?.at ?? 0) + lifetime);
      held = [];
      if (encode(all()) !== encode(touches)) held = touches;
    }
    announce();
  }

  function clear(): void {
    held = [];
    whenActivated(() => store.write([], 0));
    announce();
  }

  function take(address = location.href, more?: Partial<Touch>): Captured | undefined {
    const url = new URL(address, location.href);
    const now = Date.now();
    let refusal: Captured | undefined;
    for (const [param, value] of candidates(url, params, path)) {
      const own = isOwn(param) && isClickId(value);
      const id = own ? value.toLowerCase() : value;
      // A click cannot lie ahead: then this browser's clock is behind, and now is the best it can tell. One from before
      // the window is an old link, or the clock is wrong the other way: it must not displace a click that counts, but
      // where there is none it is the tracker's to judge.
      const time = own ? clickTime(id) : now;
      const stale = time <= now - lifetime;
      const at = stale || time > now ? now : time;
      const isKept = () => all().some((touch) => touch.id === id);
      let reason = consent === 'denied' ? 'consent' : checkId(value, param, validate);
      if (!reason) {
        if (isKept()) return { status: 'same', param };
        if (stale && last()) reason = 'expired';
        else {
          const landing = (url.origin + url.pathname).slice(0, 200);
          held.push({ at, param, id, landing, referrer: document.referrer.split('/', 3).join('/'), ...more });
          if (isKept()) return { status: 'new', param };
          reason = 'older';
        }
      }
      refusal ??= { status: 'rejected', param, reason };
    }
    return refusal;
  }

  function capture(address?: string, more?: Partial<Touch>): Captured {
    const captured = attempt(() => take(address, more));
    commit();
    return captured ?? { status: 'none' };
  }

  const begin = () => (consent === 'denied' ? clear() : capture());

  const ready = new Promise<void>((resolve) => {
    whenActivated(() => resolve(void begin()));
    attempt(() => {
      // Another tab, or a page back from the cache: look again, count nothing.
      addEventListener('storage', announce);
      addEventListener('pageshow', announce);
    });
  });

  return {
    get,
    first,
    last,
    all,
    consent: () => consent,
    capture,
    subscribe(listener) {
      const call = () => listener(get());
      changes.addEventListener('change', call);
      return () => changes.removeEventListener('change', call);
    },
    clear,
    setConsent(next) {
      consent = next;
      begin();
    },
    ready,
  };
}
