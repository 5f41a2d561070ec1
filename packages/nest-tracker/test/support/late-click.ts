import { AttributionHealer } from '../../src/conversions/attribution/attribution-healer.js';
import { ClicksService, TrackerEvents } from '../../src/index.js';
import type { Row } from './databases.js';
import { click } from './requests.js';
import type { Tracker } from './start-tracker.js';

/** A click that was made, but is not in the database yet. */
export interface LateClick {
  readonly clickId: string;
  /** Puts it there. */
  restore(): Promise<void>;
  /** Puts it there and tells of it, as its commit does; resolves when everybody has heard. */
  commit(): Promise<void>;
}

/** Visits a campaign, and takes the click out of the database until somebody commits it. */
export async function lateClick(tracker: Tracker, campaign: string, query?: string): Promise<LateClick> {
  const clickId = await click(tracker, campaign, query);
  const made = await tracker.get(ClicksService).find(clickId);
  const [row] = (await tracker.database.query('SELECT * FROM tallyback_clicks WHERE id = $1', [clickId])) as [Row];
  await tracker.database.query('DELETE FROM tallyback_clicks WHERE id = $1', [clickId]);
  if (!made) throw new Error('The click was not recorded.');
  const restore = async () => {
    const names = Object.keys(row);
    const places = names.map((_, i) => `$${i + 1}`).join(', ');
    const values = names.map((name) => row[name]);
    await tracker.database.query(`INSERT INTO tallyback_clicks (${names}) VALUES (${places})`, values);
  };
  const commit = async () => {
    await restore();
    tracker.get(TrackerEvents).emitClick(made);
    await tracker.get(AttributionHealer).settled();
  };
  return { clickId, restore, commit };
}
