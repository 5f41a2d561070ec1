import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ConversionMessage, createSecret, createVerifier, parseMessageBytes } from '@tallyback/protocol';

/** The other end of the wire: an HTTP server that checks what a tracker checks and keeps what it was told. */
export class ListeningTracker {
  readonly secret = createSecret();
  readonly messages: ConversionMessage[] = [];
  readonly #server: Server;

  private constructor() {
    const verifier = createVerifier(this.secret);
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const header = (name: string): string | undefined => String(request.headers[name]);
      const signed = verifier.verify({
        id: header('webhook-id'),
        timestamp: header('webhook-timestamp'),
        signature: header('webhook-signature'),
        body,
      });
      const message = parseMessageBytes(body);
      if (!signed.ok || !message.ok) {
        response.writeHead(401).end();
        return;
      }
      this.messages.push(message.value);
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ outcome: 'recorded', conversionId: header('webhook-id'), status: 'approved' }));
    });
  }

  static async listen(): Promise<ListeningTracker> {
    const tracker = new ListeningTracker();
    tracker.#server.listen(0, '127.0.0.1');
    await once(tracker.#server, 'listening');
    return tracker;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
