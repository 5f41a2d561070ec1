import { idTime, isClickId, parseClickId } from '@tallyback/protocol';

/** One arrival through a tracked link, as `@tallyback/sdk-browser` keeps it, too. */
export interface Touch {
  /** The click id. Our own (`clickid`) in lower case, every other one exactly as it arrived. */
  readonly id: string;
  /** The name the id arrived under, in the spelling that was seen. */
  readonly param: string;
  /** Time of the click in milliseconds since 1970; of a foreign id the moment it was first seen. It never moves. */
  readonly at: number;
  /** Origin and path of the landing page, without query, at most 200 characters. Empty when it is not known. */
  readonly landing: string;
  /** Origin of the page that linked here. Empty when it is not known. */
  readonly referrer: string;
}

const MAX_TOUCHES = 20;
const MAX_ADDRESS = 200;
/** What browsers are sure to take in one cookie, name and attributes included, is 4,096 bytes. */
const MAX_COOKIE_TEXT = 3600;
// The rules of sdk-browser: a placeholder nobody filled in, and what a script prints for nothing.
const MACRO = /[{}[\]<>]|%[57]b|%3c|^([$#]|%%).*\1$|^__.*__$|^(undefined|null)$/i;
const IMPOSSIBLE = /[^\w.~:|+/=,@!*$%-]/;

/** Does this parameter carry a click id of ours? All others belong to somebody else and are opaque. */
export function isOwn(param: string): boolean {
  return /^clickid$/i.test(param);
}

/** The id that is kept for a value, or undefined when the value cannot be one. */
export function readId(value: string, param: string): string | undefined {
  if (isOwn(param)) return parseClickId(value);
  const isPossible = value !== '' && value.length <= 512 && !MACRO.test(value) && !IMPOSSIBLE.test(value);
  return isPossible ? value : undefined;
}

/**
 * The touches in a text: one query string each, joined by `|`, or a bare click id. What is damaged is left out: the text
 * comes from the visitor's browser.
 */
export function decodeTouches(text: string): Touch[] {
  return text
    .split('|')
    .slice(0, MAX_TOUCHES)
    .flatMap((row) => decodeTouch(row) ?? []);
}

function decodeTouch(row: string): Touch | undefined {
  const bare = parseClickId(row);
  if (bare !== undefined) return { id: bare, param: 'clickid', at: idTime(bare), landing: '', referrer: '' };
  const fields = new URLSearchParams(row);
  const at = Number(fields.get('at') || Number.NaN);
  const param = fields.get('param') ?? '';
  const id = readId(fields.get('id') ?? '', param);
  if (id === undefined || !/^[\w.-]{1,64}$/.test(param) || !Number.isSafeInteger(at)) return undefined;
  return { id, param, at, landing: webAddress(fields.get('landing')), referrer: webAddress(fields.get('referrer')) };
}

function webAddress(text: string | null): string {
  return text && /^https?:\/\/[^\s?#]+$/i.test(text) ? text.slice(0, MAX_ADDRESS) : '';
}

/** The text that {@link decodeTouches} and sdk-browser read. No touch: ''. */
export function encodeTouches(touches: readonly Touch[]): string {
  return touches
    .map(({ at, param, id, landing, referrer }) =>
      String(new URLSearchParams({ at: String(at), param, id, landing, referrer })),
    )
    .join('|');
}

/** The same as short as a cookie has to be: addresses go first, then all but the newest click. */
export function cookieText(touches: readonly Touch[]): string {
  const bare = touches.map((touch) => ({ ...touch, landing: '', referrer: '' }));
  const texts = [touches, bare, bare.slice(-1)].map((some) => some.map(shortText).join('|'));
  return texts.find((text) => text.length <= MAX_COOKIE_TEXT) ?? '';
}

/** A click id tells its own time; where nothing else is known, it is all there is to say. */
function shortText(touch: Touch): string {
  const saysAll = touch.landing === '' && touch.referrer === '' && isClickId(touch.id) && idTime(touch.id) === touch.at;
  return saysAll && touch.param === 'clickid' ? touch.id : encodeTouches([touch]);
}
