import { describe, expect, it } from '@jest/globals';
import { type CheckoutForm, findFormFaults, priceOf, readCheckoutForm, toOrder } from './checkout-form.js';

const CLICK_ID = '01jd8qk3m0abcdefghjkmnpqrs';
const complete = {
  order: 'FF-0123456789AB',
  product: 'rondane-boot',
  size: '42',
  quantity: '2',
  name: 'Kari Nordmann',
  email: 'kari@example.com',
  coupon: ' spring ',
  clickid: CLICK_ID,
};

function read(fields: Partial<typeof complete>): CheckoutForm {
  const form = readCheckoutForm(new URLSearchParams({ ...complete, ...fields }));
  if (form === undefined) throw new Error('the form is about no product');
  return form;
}

describe('the checkout form', () => {
  it('becomes an order whose amounts are whole cents after the coupon', () => {
    expect(toOrder(read({}), new Date('2026-05-01T08:00:00Z'))).toEqual({
      id: 'FF-0123456789AB',
      placedAt: '2026-05-01T08:00:00.000Z',
      product: 'rondane-boot',
      size: '42',
      quantity: 2,
      unitCents: 18_900,
      discountCents: 3_780,
      totalCents: 34_020,
      coupon: 'SPRING',
      name: 'Kari Nordmann',
      email: 'kari@example.com',
      clickId: CLICK_ID,
    });
  });

  it('rounds a discount down to the cent', () => {
    expect(priceOf(read({ product: 'bregne-thermos', quantity: '1' }))).toEqual({
      goods: 3_495,
      discount: 349,
      total: 3_146,
    });
  });

  it('names everything that is wrong at once', () => {
    const faults = findFormFaults(read({ name: '  ', email: 'kari', coupon: 'WINTER' }));
    expect(faults.map(({ field }) => field)).toEqual(['name', 'email', 'coupon']);
  });

  it('has no fault without a coupon', () => {
    expect(findFormFaults(read({ coupon: '' }))).toEqual([]);
  });

  it.each(['', '{clickid}', 'x', `${CLICK_ID}0`, '91jd8qk3m0abcdefghjkmnpqrs'])(
    'leaves out a click id that cannot be one: "%s"',
    (clickid) => {
      expect(read({ clickid }).clickId).toBeUndefined();
    },
  );

  it('gives an order number of its own to a form that has none of ours', () => {
    const [first, second] = [read({ order: '' }).order, read({ order: '../../etc' }).order];
    expect(first).toMatch(/^FF-[0-9A-Z]{12}$/);
    expect(second).toMatch(/^FF-[0-9A-Z]{12}$/);
    expect(second).not.toBe(first);
  });

  it.each(['0', '-1', '10', '1e9', 'two', ''])('takes one piece when the quantity makes no sense: "%s"', (quantity) => {
    expect(read({ quantity }).quantity).toBe(1);
  });

  it('is nothing without a product of ours', () => {
    expect(readCheckoutForm(new URLSearchParams({ ...complete, product: 'constructor' }))).toBeUndefined();
  });
});
