import { Injectable, StreamableFile } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** An answer as plain data. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Instead of `body` where it is no text. */
  readonly bytes?: Buffer;
}

/** Writes answers byte for byte the same over Express and Fastify. */
@Injectable()
export class HttpReplier {
  constructor(private readonly host: HttpAdapterHost) {}

  send(response: unknown, reply: HttpReply): void {
    const adapter = this.host.httpAdapter;
    for (const [name, value] of Object.entries(reply.headers ?? {})) adapter.setHeader(response, name, value as string);
    const { body = '', bytes, status } = reply;
    // Nest would write a Buffer as JSON.
    adapter.reply(response, bytes ? new StreamableFile(bytes) : body, status);
  }
}
