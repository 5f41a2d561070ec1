/** The time inside a lower-case click id, in milliseconds since 1970 (the first 48 bits of a ULID). */
export function clickTime(id: string): number {
  // Its digits are those of base 36 without four letters.
  const value = (digit: string) => parseInt(digit, 36) - [...'ilou'].filter((letter) => letter < digit).length;
  return [...id.slice(0, 10)].reduce((time, digit) => time * 32 + value(digit), 0);
}
