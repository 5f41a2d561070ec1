const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** The next id in order. */
export function successorOf(id: string): string {
  let end = id.length - 1;
  while (id[end] === 'z') end--;
  const digit = DIGITS[DIGITS.indexOf(id[end] as string) + 1] as string;
  return id.slice(0, end) + digit + '0'.repeat(id.length - end - 1);
}
