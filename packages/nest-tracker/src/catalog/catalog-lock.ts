import type { EntityManager } from 'typeorm';
import { Setting } from '../storage/setting.entity.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';

const LOCK = 'catalog';

/**
 * Lets one transaction at a time change the catalog, whichever process it runs in: what refers to what is checked before
 * it is written, and nothing must be archived in between. Held until the transaction ends.
 */
export async function lockCatalog(
  manager: EntityManager,
  { lockForUpdate }: Pick<TrackerStorage, 'lockForUpdate'>,
): Promise<void> {
  const row = { name: LOCK, value: '' };
  await manager.createQueryBuilder().insert().into(Setting).values(row).orIgnore().updateEntity(false).execute();
  await manager.findOne(Setting, { where: { name: LOCK }, ...lockForUpdate });
}
