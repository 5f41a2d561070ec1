import type { Clicks } from '../types.js';

// Of the visitor, so for all clicks of the page alike.
const objections = new Set<string>();

/** Consent as one of several sources sees it: whatever the order in which they speak, one that denies is enough. */
export function vote(clicks: Pick<Clicks, 'setConsent'>, source: string, isAllowed?: unknown): void {
  objections[isAllowed ? 'delete' : 'add'](source);
  clicks.setConsent(objections.size ? 'denied' : 'granted');
}
