import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Store } from './store.js';
import type { WireBatch, WireReply } from './wire.js';

/** What cannot be handed back any more runs out by itself. */
function closeQuietly(store: Store): void {
  try {
    store.close();
  } catch {
    // The file is gone or locked: nothing more can be done with it.
  }
}

/**
 * The thread that owns the connection. Whatever arrived while the previous commit ran becomes one transaction (group
 * commit without any timer), and the answers leave after that commit.
 */
function serve(port: MessagePort, store: Store): void {
  port.on('message', (first: WireBatch) => {
    const batches = [first];
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) batches.push(more.message);
    const results = store.run(batches.flatMap((batch) => batch.ops));
    let from = 0;
    const replies = batches.map(({ n, ops }): WireReply => {
      from += ops.length;
      return { n, results: results.slice(from - ops.length, from) };
    });
    if (batches.some((batch) => batch.ops.some((op) => op.op === 'close'))) {
      closeQuietly(store);
      port.postMessage(replies);
      port.close();
    } else {
      port.postMessage(replies);
    }
  });
}

if (parentPort) {
  const { path, started } = workerData as { path: string; started: number };
  serve(parentPort, new Store(path, started));
}
