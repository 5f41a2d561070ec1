const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;

/**
 * Reads an RFC 3339 time in UTC (`Z`), 1970 to 9999, with up to nine decimals of the second. Finer than milliseconds is cut
 * off. Days that do not exist, 24:00 and leap seconds (no clock here has them) are refused.
 *
 * @returns the same instant as `toISOString()` writes it, or `undefined`.
 */
export function parseTimestamp(text: string): string | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 1970 || hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
  // Date.UTC rolls February 30 over into March; a real date comes back as it went in.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString();
}
