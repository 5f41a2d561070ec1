import { type EntityManager, In } from 'typeorm';
import { deleteWaiting } from '../partner-postbacks/erase-told.js';
import { OutboundPostback } from '../partner-postbacks/outbound-postback.entity.js';

const BATCH = 500;

/**
 * Takes out of the outbox what waits for a webhook that was removed; the log keeps it, and says why.
 *
 * @param table Of the outbox.
 * @param name Of the webhook's destination.
 */
export async function dropWaiting(manager: EntityManager, table: string, name: string): Promise<void> {
  const p = manager.connection.options.type === 'postgres' ? '$1' : '?';
  for (;;) {
    const text = `SELECT id FROM ${table} WHERE destination = ${p} LIMIT ${BATCH}`;
    const ids = ((await manager.query(text, [name])) as { id: string }[]).map(({ id }) => id);
    if (ids.length === 0) return;
    await deleteWaiting(manager, ids);
    await manager.update(OutboundPostback, { id: In(ids) }, { skipped: 'the webhook was removed' });
  }
}
