import { vote } from '../lib/vote.js';
import type { Clicks } from '../types.js';

/**
 * Honours Global Privacy Control: a visitor whose browser sends that signal has denied. Without the signal nothing changes.
 *
 * @returns whether the signal was there and is honoured, for a page that has to show it
 */
export function gpc(clicks: Pick<Clicks, 'setConsent'>): boolean {
  const isOn = !!(globalThis.navigator as { globalPrivacyControl?: boolean } | undefined)?.globalPrivacyControl;
  if (isOn) vote(clicks, 'gpc');
  return isOn;
}
