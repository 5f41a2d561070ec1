import { type Json, manage } from './requests.js';
import type { Tracker } from './start-tracker.js';

export interface TestReport {
  readonly rows: readonly Json[];
  readonly totals: readonly Json[];
}

/** `GET /v1/reports`. */
export async function reportOf(tracker: Tracker, query: string): Promise<TestReport> {
  const { status, body, text } = await manage(tracker, `/v1/reports?${query}`);
  if (status !== 200) throw new Error(`The report answered ${status}: ${text}`);
  return body as unknown as TestReport;
}

/** Only some fields of each row, in the order of their names. */
export function pick(rows: readonly Json[], ...names: string[]): unknown[][] {
  return rows.map((row) => names.map((name) => row[name]));
}
