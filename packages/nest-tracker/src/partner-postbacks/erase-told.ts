import { createOutbox } from '@tallyback/sdk-node/outbox';
import { type EntityManager, In } from 'typeorm';
import { OutboundPostback } from './outbound-postback.entity.js';
import { OUTBOX_TABLES } from './outbox-tables.js';

const DEAD = 2;

/**
 * Blanks what partners were told of these conversions, and deletes what was given up. What is still being tried goes out:
 * the partner has a right to it, and after three days it is gone.
 */
export async function eraseTold(manager: EntityManager, conversionIds: readonly string[]): Promise<void> {
  if (conversionIds.length === 0) return;
  const told = { conversionId: In(conversionIds) };
  const rows = await manager.find(OutboundPostback, { select: { id: true }, where: told });
  if (rows.length === 0) return;
  await manager.update(OutboundPostback, told, { url: '', body: null, answer: null });
  const given = await deleteWaiting(
    manager,
    rows.map(({ id }) => id),
    `AND state = ${DEAD}`,
  );
  if (given.length > 0) {
    await manager.update(
      OutboundPostback,
      { id: In(given) },
      { skipped: 'it was given up, and the person was erased' },
    );
  }
}

/** Deletes rows of the outbox; answers which there were. */
export async function deleteWaiting(manager: EntityManager, ids: readonly string[], more = ''): Promise<string[]> {
  const { table } = createOutbox(manager.connection, OUTBOX_TABLES);
  const postgres = manager.connection.options.type === 'postgres';
  const places = ids.map((_, i) => (postgres ? `$${i + 1}` : '?')).join(', ');
  const where = `WHERE id IN (${places}) ${more}`;
  const found = (await manager.query(`SELECT id FROM ${table} ${where}`, [...ids])) as { id: string }[];
  if (found.length > 0) await manager.query(`DELETE FROM ${table} ${where}`, [...ids]);
  return found.map(({ id }) => id);
}
