/** The shop sells in one currency and counts in its cents: whole numbers, so that nothing is ever rounded by accident. */
export const CURRENCY = 'EUR';

/** 4990 -> "49.90": how an amount travels in a conversion. */
export function toDecimal(cents: number): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** 4990 -> "€49.90": how people read it. */
export function toPrice(cents: number): string {
  return `€${toDecimal(cents).replace(/\B(?=(\d{3})+\.)/g, ',')}`;
}
