import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';

const PATIENCE_MS = 10_000;

/**
 * Closes the application on SIGTERM or SIGINT: requests that were accepted are answered, everything is committed, then
 * the process ends by itself with code 0. A client that neither sends nor reads is cut off after ten seconds.
 */
export function closeOnSignal(app: INestApplication, onError: (error: unknown) => void): void {
  let isClosing = false;
  const close = (): void => {
    if (isClosing) return;
    isClosing = true;
    closeGracefully(app).catch(onError);
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}

async function closeGracefully(app: INestApplication): Promise<void> {
  const server = app.getHttpServer() as Server;
  // A connection that gets its answer during the shutdown would otherwise idle for the usual keep-alive time and hold
  // the process until then.
  server.keepAliveTimeout = 1;
  const cutOff = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}
