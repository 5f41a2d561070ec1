const answer = (status, body, headers = {}) => ({ status, headers, body: Buffer.from(body) });

/** Lies the first time that `applies`. */
function once(applies, lie) {
  let done = false;
  return (asked) => {
    if (done || !applies(asked)) return undefined;
    done = true;
    return typeof lie === 'function' ? lie(asked) : lie;
  };
}

/** Prints its orders, and the secret that it signs them with. */
export const TALKATIVE_SHOP = 'a shop that talks';

const recorded = answer(201, '{"outcome":"recorded"}', { 'content-type': 'application/json' });
const INVENTED = '01kaaaaaaaaaaaaaaaaaaaaaaa';

/**
 * Faults that nobody could survive, to show that the auditor finds them: a proxy that answers in the name of somebody who
 * was never asked or hands on something else, a hand in the tracker's books, or a process that talks. `lies` by the name of
 * the proxy; `tamper` before the books are read.
 */
export const PLANTS = {
  'lost conversion': {
    lies: { 'shop-tracker': () => once(({ body }) => body.includes('"conversion.created"'), recorded) },
  },
  'lost update': {
    // Of an order that no other plant concerns.
    lies: {
      'shop-tracker': () =>
        once(({ body }) => /"order-(1[4-9]|[23]\d)"/.test(body) && body.includes('"status":"refunded"'), recorded),
    },
  },
  'lost click': {
    lies: {
      'visitor-tracker': () =>
        once(
          ({ url }) => url.startsWith('/c/'),
          answer(302, '', { location: `https://shop.example/?clickid=${INVENTED}` }),
        ),
    },
  },
  'deaf partner': {
    lies: { 'tracker-partner': () => once(({ url }) => url.startsWith('/blog/json'), answer(200, 'ok')) },
  },
  'forgotten order': {
    lies: {
      'visitor-shop': () => once(({ url }) => url === '/orders', answer(200, '{"id":"x","deduplicated":false}')),
    },
  },
  [TALKATIVE_SHOP]: {},
  'an address in full': {
    tamper: `UPDATE tallyback_clicks SET ip = '203.0.113.9' WHERE id IN (SELECT MAX(id) FROM tallyback_clicks) RETURNING id`,
  },
  'dollars in the ledger': {
    tamper: `UPDATE tallyback_ledger SET currency = 'USD' WHERE conversion_id IN
               (SELECT id FROM tallyback_conversions WHERE transaction_id = 'order-10') RETURNING id`,
  },
  'dollars for a partner': {
    lies: {
      'tracker-partner': () =>
        once(
          ({ url }) => url.includes('cur='),
          ({ url }) => ({ url: url.replace(/cur=\w+/, 'cur=USD') }),
        ),
    },
  },
  'dollars in a counter': {
    tamper: `UPDATE tallyback_counters SET currency = 'USD' WHERE scope IN
               (SELECT MAX(scope) FROM tallyback_counters WHERE scope LIKE 'offer:%' AND currency = 'EUR' AND period = 'total')
               AND currency = 'EUR' AND period = 'total' RETURNING scope`,
  },
  'a cent too much': {
    tamper: "UPDATE tallyback_conversions SET revenue = revenue + 1 WHERE transaction_id = 'order-9' RETURNING id",
  },
  'a change without a trace': {
    tamper: `DELETE FROM tallyback_ledger WHERE conversion_id IN
               (SELECT id FROM tallyback_conversions WHERE transaction_id = 'order-11') RETURNING id`,
  },
  'nobody ordered it': {
    tamper:
      "UPDATE tallyback_conversions SET transaction_id = 'order-0' WHERE transaction_id = 'order-13' RETURNING id",
  },
  'a wrong rollup': {
    tamper: `UPDATE tallyback_rollups SET approved = approved + 1
             WHERE bucket IN (SELECT MAX(bucket) FROM tallyback_rollups WHERE approved > 0) RETURNING bucket`,
  },
  'a wrong counter': {
    tamper: "UPDATE tallyback_counters SET conversions = conversions + 1 WHERE period = 'total' RETURNING scope",
  },
};

/** @param {readonly string[]} names @returns {Record<string, (asked: object) => object | undefined>} by proxy */
export function liesOf(names) {
  const lies = {};
  for (const name of names) {
    for (const [proxy, make] of Object.entries(PLANTS[name].lies ?? {})) {
      const earlier = lies[proxy];
      const own = make();
      lies[proxy] = earlier ? (asked) => earlier(asked) ?? own(asked) : own;
    }
  }
  return lies;
}
