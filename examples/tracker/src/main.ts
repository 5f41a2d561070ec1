import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';
import { readEnvironment } from './environment.js';
import { closeOnSignal } from './shutdown.js';
import { describeStartFailure } from './start-failure.js';

const FALLBACK = { host: '127.0.0.1', port: 4010 };

async function main(): Promise<void> {
  let address = FALLBACK;
  try {
    const environment = readEnvironment(process.env);
    address = environment;
    const app = await createApp(environment);
    closeOnSignal(app, (error) => fail(`the tracker could not stop cleanly: ${String(error)}`));
    await app.listen(environment.port, environment.host);
    app.flushLogs();
    const { port } = app.getHttpServer().address() as AddressInfo;
    const host = environment.host.includes(':') ? `[${environment.host}]` : environment.host;
    process.stdout.write(`tracker ready at http://${host}:${port}\n`);
  } catch (error) {
    fail(describeStartFailure(error, address));
  }
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  // What is still open (a database pool, timers) must not keep a tracker alive that serves nobody.
  process.exit(1);
}

await main();
