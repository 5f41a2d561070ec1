/** The shop's own books: what it promised is in its queue's memory under the id that it promised, and nothing is open. */
export function auditShop({ record, journal, identities, unacknowledged }) {
  const differences = [...record.contradictions];
  const known = new Map(identities.map(({ event, transaction_id: tx, id }) => [tx, { event, id }]));
  const promised = new Map();
  for (const { did, tx, id } of journal) {
    if (did !== 'convert') continue;
    const first = promised.get(tx);
    if (first !== undefined && first !== id) differences.push([tx, `convert() gave it two ids, ${first} and ${id}`]);
    promised.set(tx, id);
  }
  for (const [tx, id] of promised) {
    const kept = known.get(tx);
    if (kept?.id !== id)
      differences.push([tx, `convert() promised ${id}; the queue knows ${kept?.id ?? 'no such order'}`]);
  }
  for (const { tx, taken, receiptId } of record.orders.values()) {
    if (taken && promised.get(tx) !== receiptId) {
      differences.push([
        tx,
        `its buyer has receipt ${receiptId}; the shop's journal says ${promised.get(tx) ?? 'nothing'}`,
      ]);
    }
  }
  for (const { transactionId: tx, destinations } of unacknowledged) {
    const states = destinations.map(({ state, answer = '' }) => `${state} ${answer}`.trim()).join(', ');
    differences.push([tx, `the shop has not delivered all of it: ${states}`]);
  }
  return differences;
}
