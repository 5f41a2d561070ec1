import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EventStream } from './event-stream.js';

describe('an event stream', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('cuts off a reader that does not read, and holds no more than a bounded part for it', async () => {
    let sent = 0;
    const cut = new Promise<void>((resolve) => {
      server = createServer((_, response) => {
        const stream = new EventStream(response, resolve);
        const data = { text: 'x'.repeat(64 * 1024) };
        const more = () => {
          if (response.destroyed || sent > 2_000) return;
          stream.send({ id: String(sent++), type: 'click', data });
          setImmediate(more);
        };
        more();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
    request.on('error', () => undefined);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    response.on('error', () => undefined);
    await cut;
    expect(sent).toBeLessThan(2_000);
    request.destroy();
  });
});
