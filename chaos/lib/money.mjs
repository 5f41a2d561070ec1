// The driver's own arithmetic, on purpose not that of the packages: an auditor must not repeat their mistakes.

const DIGITS = { EUR: 2, JPY: 0 };

/** Minor units as the wire writes them: 4990 EUR is "49.90". */
export function formatMinor(minor, currency) {
  const digits = DIGITS[currency];
  if (digits === 0) return String(minor);
  const text = String(minor).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Ten percent of whole minor units, a half to the even neighbour. */
export function tenPercent(minor) {
  const whole = Math.floor(minor / 10);
  const rest = minor % 10;
  if (rest !== 5) return rest > 5 ? whole + 1 : whole;
  return whole % 2 === 0 ? whole : whole + 1;
}
