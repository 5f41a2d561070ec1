import { type Answer, type Json, manage } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

export const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';

/** The parameter that holds the click id. */
export const CLICK_ID: Readonly<Record<string, string>> = {
  voluum: 'cid',
  cake: 'r',
  everflow: 'transaction_id',
  thrivetracker: 'tid',
  tune: 'transaction_id',
  redtrack: 'clickid',
  keitaro: 'subid',
  binom: 'cnv_id',
};

/** The campaign whose offer takes a network's postbacks. */
export function campaignOf(network: string): string {
  return network === 'thrivetracker' ? 'own-names' : 'open';
}

/** The conversions of a click. */
export async function stored(tracker: Tracker, clickId: string): Promise<Json[]> {
  return (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body.items as Json[];
}

/** Status, outcome and reason as an answer's head says them. */
export function outcome({ status, headers }: Answer): unknown[] {
  return [status, headers['tallyback-outcome'], headers['tallyback-reason']];
}
