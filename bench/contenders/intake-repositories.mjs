import { Click, Conversion, InboundPostback, LedgerEntry, SeenDelivery } from '@tallyback/nest-tracker';
import { rowsOf } from '../lib/intake.mjs';
import { dataSourceOf } from '../lib/intake-database.mjs';

/** The same work as most Nest applications would write it: TypeORM repositories, one order in one transaction. */
export async function openRepositories(database, click) {
  const dataSource = await dataSourceOf(database).initialize();
  return {
    store: (order) =>
      dataSource.transaction(async (manager) => {
        const { clickId, transactionId, deliveryId } = order;
        const { advertiserId } = click;
        const seen = await manager.findOneBy(SeenDelivery, { advertiserId, deliveryId });
        const standing = await manager.findOneBy(Conversion, { advertiserId, event: 'purchase', transactionId });
        const stored = await manager.findOneBy(Click, { id: clickId });
        if (seen || standing || !stored) throw new Error('The order cannot be recorded.');
        const { conversion, ledger, delivery, logged } = rowsOf(order, { click: stored, now: Date.now() });
        await manager.insert(Conversion, conversion);
        await manager.insert(SeenDelivery, delivery);
        await manager.insert(LedgerEntry, ledger);
        await manager.insert(InboundPostback, logged);
      }),
    close: () => dataSource.destroy(),
  };
}
