import { parentPort, workerData } from 'node:worker_threads';
import { Service } from './service.js';
import { Store } from './store.js';

/** The thread that owns the connection. */
if (parentPort) {
  const { path, started } = workerData as { path: string; started: number };
  new Service(parentPort, new Store(path, started));
}
