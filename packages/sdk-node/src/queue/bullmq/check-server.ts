import type { Redis } from 'ioredis';
import { QueueUnavailableError } from '../../errors.js';

const ACCEPT = 'or accept the loss with bullmqQueue(connection, { acceptLoss: true })';

/**
 * Looks at what the server does with its data, as far as it says.
 *
 * @throws {QueueUnavailableError} when it would lose accepted conversions in the course of its normal work
 */
export async function checkServer(client: Redis, acceptLoss: boolean): Promise<void> {
  if (acceptLoss) return;
  const [memory, persistence] = await Promise.all([client.info('memory'), client.info('persistence')]);
  const policy = setting(memory, 'maxmemory_policy');
  if (policy?.startsWith('allkeys') && setting(memory, 'maxmemory') !== '0') {
    const detail = `it deletes any key when its memory is full (maxmemory-policy ${policy})`;
    throw new QueueUnavailableError(`Redis would lose conversions: ${detail}; set noeviction, ${ACCEPT}.`);
  }
  if (setting(persistence, 'aof_enabled') === '0') {
    const detail = 'it keeps no append-only file, so that a restart forgets the newest (appendonly no)';
    throw new QueueUnavailableError(`Redis would lose conversions: ${detail}; set appendonly yes, ${ACCEPT}.`);
  }
}

function setting(info: string, name: string): string | undefined {
  const line = info.split('\r\n').find((one) => one.startsWith(`${name}:`));
  return line?.slice(name.length + 1);
}
