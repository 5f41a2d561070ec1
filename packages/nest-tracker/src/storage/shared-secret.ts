import { randomBytes } from 'node:crypto';
import { Setting } from './setting.entity.js';
import type { TrackerStorage } from './tracker-storage.js';

/** A random key made once per database and the same in every process on it. */
export async function sharedSecret(storage: TrackerStorage, name: string): Promise<Buffer> {
  const value = randomBytes(32).toString('base64');
  return storage.transaction(async (manager) => {
    const settings = manager.getRepository(Setting);
    await settings.createQueryBuilder().insert().values({ name, value }).orIgnore().updateEntity(false).execute();
    const stored = await settings.findOneByOrFail({ name });
    return Buffer.from(stored.value, 'base64');
  });
}
