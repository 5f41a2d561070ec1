const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** The time inside a lower-case click id, in milliseconds since 1970 (the first 48 bits of a ULID). */
export function clickTime(id: string): number {
  return [...id.slice(0, 10)].reduce((time, digit) => time * 32 + DIGITS.indexOf(digit), 0);
}
