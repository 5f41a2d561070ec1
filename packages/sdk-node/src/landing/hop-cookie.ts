import { type ClickCookieOptions, settingsOf } from './landing-options.js';
import { mergeTouches } from './merge-touches.js';
import { keepingCookie } from './set-cookie.js';
import { cookieText, decodeTouches } from './touch.js';
import { type LandingRequest, readExchange } from './web-exchange.js';

/** The `Set-Cookie` that adds a click, made just now, to those that the visitor's cookies tell of. For redirects. */
export function hopCookie(request: LandingRequest, clickId: string, options: ClickCookieOptions = {}): string {
  const { place, known, sent, isObjected, ...rules } = settingsOf(readExchange(request), options);
  const touches = mergeTouches([...known, ...decodeTouches(clickId)], rules);
  const until = (touches.at(-1)?.at ?? rules.now) + rules.lifetime;
  return keepingCookie(place, cookieText(touches), until, rules.now);
}
