import { open } from 'node:fs/promises';

/**
 * The limit of a durable queue: an append-only file with group commit. What arrives while one fdatasync runs shares the
 * next; each caller waits until its line is on the disk.
 */
export async function openAppendLog(path) {
  const file = await open(path, 'a');
  let waiting = [];
  let running = false;
  const run = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await file.write(batch.map(({ line }) => line).join(''));
      await file.datasync();
      for (const { resolve } of batch) resolve();
    }
    running = false;
  };
  return {
    append(line) {
      return new Promise((resolve) => {
        waiting.push({ line, resolve });
        if (running) return;
        running = true;
        setImmediate(run);
      });
    },
    close: () => file.close(),
  };
}
