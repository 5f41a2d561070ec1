import { randomBytes } from 'node:crypto';

/** One sale. All money in cents. */
export interface Order {
  /** Also the transaction id of the conversion: stable, unique, and long enough not to be guessed. */
  id: string;
  placedAt: string;
  product: string;
  size?: string;
  quantity: number;
  unitCents: number;
  discountCents: number;
  totalCents: number;
  coupon?: string;
  name: string;
  email: string;
  /** The click that brought the visitor, as the browser SDK filled it into the form. */
  clickId?: string;
}

// No I, L, O, U: nobody has to guess letters on the phone.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ORDER_ID = /^FF-[0-9A-HJKMNP-TV-Z]{12}$/;

/** A new order number with 60 random bits: who knows it may see the order. */
export function createOrderId(): string {
  return `FF-${Array.from(randomBytes(12), (byte) => ALPHABET[byte % 32]).join('')}`;
}

export function isOrderId(text: string): boolean {
  return ORDER_ID.test(text);
}
