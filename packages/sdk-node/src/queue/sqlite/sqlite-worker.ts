import { parentPort, workerData } from 'node:worker_threads';
import { LogSync } from '../log-sync.js';
import { NativeWork } from './native-work.js';

/** What the thread is started with. */
export interface WorkerData {
  readonly path: string;
  readonly started: number;
  readonly memory: SharedArrayBuffer;
}

/** The thread that owns the connection. */
if (parentPort) {
  const { path, started, memory } = workerData as WorkerData;
  const work = new NativeWork(memory);
  // Not with the imports above: the driver does not bear to be loaded while its thread is ended.
  const parts = () => Promise.all([import('./service.js'), import('./store.js')]);
  const [{ Service }, { Store }] = await work.load(parts);
  new Service(parentPort, new Store(path, started, (file) => new LogSync(file), work));
}
