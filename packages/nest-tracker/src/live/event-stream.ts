import type { ServerResponse } from 'node:http';
import type { LiveEvent } from './live-event.js';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 2_000;
/** A reader that is this far behind is cut off; it comes back and takes up where it was. */
const MAX_BEHIND_BYTES = 1024 * 1024;

/** Fastify's reply, as far as it is needed to write past it. */
interface FastifyLikeReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
  getHeaders(): Record<string, string | number | string[] | undefined>;
}

/** Server-Sent Events (WHATWG HTML, section 9.2) over Express and Fastify. */
export class EventStream {
  private readonly response: ServerResponse;
  private readonly heartbeat: NodeJS.Timeout;

  /** @param onClose Called once, whoever ended it. */
  constructor(response: unknown, onClose: () => void) {
    const headers: Record<string, string | number | string[] | undefined> = isReply(response)
      ? response.getHeaders()
      : {};
    if (isReply(response)) response.hijack();
    this.response = isReply(response) ? response.raw : (response as ServerResponse);
    const closed = () => {
      clearInterval(this.heartbeat);
      onClose();
    };
    this.response.once('close', closed);
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) this.response.setHeader(name, value);
    }
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx would keep events back until its buffer is full.
      'x-accel-buffering': 'no',
    });
    this.write(`retry: ${RETRY_MS}\n\n`);
    this.heartbeat = setInterval(() => this.write(':\n\n'), HEARTBEAT_MS);
    this.heartbeat.unref();
    // Who has left before the stream began will not leave again.
    if (this.response.destroyed) closed();
  }

  send({ id, type, data }: LiveEvent): void {
    this.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Tells that something was left out; the id of the reader stays. */
  gap(): void {
    this.write('event: gap\ndata: {}\n\n');
  }

  end(): void {
    this.response.end();
  }

  private write(text: string): void {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return;
    response.write(text);
    if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
  }
}

function isReply(response: unknown): response is FastifyLikeReply {
  return typeof (response as Partial<FastifyLikeReply>).hijack === 'function';
}
