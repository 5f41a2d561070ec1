import { oldestId } from '../oldest-id.js';

/** A calendar month in UTC, as the ids of rows know it. */
export interface Month {
  /** `2026_11`; what the name of its partition ends with. */
  readonly name: string;
  /** Ids from here on. */
  readonly from: string;
  /** Ids before this. */
  readonly to: string;
}

/** @param time Epoch milliseconds. @param later So many months after it. */
export function monthOf(time: number, later = 0): Month {
  const date = new Date(time);
  return month(date.getUTCFullYear(), date.getUTCMonth() + later);
}

/** The month that a partition's name ends with. */
export function monthNamed(partition: string): Month | undefined {
  const [, year, ordinal] = /_(\d{4})_(\d{2})$/.exec(partition) ?? [];
  return year === undefined ? undefined : month(Number(year), Number(ordinal) - 1);
}

function month(year: number, index: number): Month {
  const first = new Date(Date.UTC(year, index));
  const [from, to] = [first.getTime(), Date.UTC(year, index + 1)];
  return { name: first.toISOString().slice(0, 7).replace('-', '_'), from: oldestId(from), to: oldestId(to) };
}
