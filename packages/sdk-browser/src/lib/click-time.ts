/** The time inside a lower-case click id, in milliseconds since 1970 (the first 48 bits of a ULID). */
export function clickTime(id: string): number {
  let time = 0;
  // Its digits are those of base 36 without four letters.
  for (const digit of id.slice(0, 10)) {
    time = time * 32 + parseInt(digit, 36) - [...'ilou'].filter((letter) => letter < digit).length;
  }
  return time;
}
