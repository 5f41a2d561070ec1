const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,9}))?Z$/;

/**
 * Reads an RFC 3339 time in UTC (`Z`), 1970 to 9999, with up to nine decimals of the second. Finer than milliseconds is cut
 * off. Days that do not exist, 24:00 and leap seconds (no clock here has them) are refused.
 *
 * @returns the same instant as `toISOString()` writes it, or `undefined`.
 */
export function parseTimestamp(text: string): string | undefined {
  const match = pattern.exec(text);
  if (!match || text < '1970') return undefined;
  const seconds = text.slice(0, 19);
  const milliseconds = (match[1] ?? '').slice(0, 3).padEnd(3, '0');
  const time = Date.parse(`${seconds}.${milliseconds}Z`);
  if (Number.isNaN(time)) return undefined;
  const normalised = new Date(time).toISOString();
  // February 30 and 24:00 are read as the day after; a real time comes back as it went in.
  return normalised.startsWith(seconds) ? normalised : undefined;
}
