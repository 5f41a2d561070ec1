import { createServer } from 'node:net';

/** Takes connections and never answers, so that what is measured is the storing alone. */
export function startSilentServer() {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        stop() {
          for (const socket of sockets) socket.destroy();
          return new Promise((closed) => server.close(closed));
        },
      });
    });
  });
}
