import { openAppendLog } from '../lib/append-log.mjs';

/** The limit of the disk: nothing but the conversion's JSON, fsynced. */
export async function openLog({ path }) {
  const log = await openAppendLog(path);
  return {
    store: (conversion) => log.append(`${JSON.stringify(conversion)}\n`),
    close: () => log.close(),
  };
}
