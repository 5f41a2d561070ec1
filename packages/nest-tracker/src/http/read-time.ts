import { BadRequestException } from '@nestjs/common';

/** With any offset: people ask in the time of their own clock, while messages are in UTC. */
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * Reads an RFC 3339 time from 1970 on.
 *
 * @param name Its parameter or field.
 * @returns Epoch milliseconds.
 * @throws BadRequestException naming the parameter or field.
 */
export function readTime(name: string, text: unknown): number {
  const time = typeof text === 'string' && RFC3339.test(text) && isOfTheCalendar(text) ? Date.parse(text) : Number.NaN;
  if (time >= 0) return time;
  throw new BadRequestException(`"${name}" must be an RFC 3339 time such as 2026-11-22T10:00:00Z.`);
}

/** February 30 and 24:00 are read as the day after; a real time comes back as it went in. */
export function isOfTheCalendar(text: string): boolean {
  const wall = text.slice(0, 19).toUpperCase();
  const read = Date.parse(`${wall}Z`);
  return !Number.isNaN(read) && new Date(read).toISOString().startsWith(wall);
}
