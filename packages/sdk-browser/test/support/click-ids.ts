const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A click id of a given time whose random part is the given word, padded. */
export function clickIdAt(at: number, word = ''): string {
  let time = at;
  let head = '';
  for (let i = 0; i < 10; i++) {
    head = DIGITS.charAt(time % 32) + head;
    time = Math.floor(time / 32);
  }
  return head + word.padStart(16, '0');
}

/** Time units in milliseconds. */
export const SECOND = 1000;
export const DAY = 86_400_000;
