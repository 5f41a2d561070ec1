import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** An answer as plain data. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Instead of `body` where it is no text. */
  readonly bytes?: Buffer;
  /** Instead of `body` where it is long; when it fails on its way, the connection is cut. */
  readonly stream?: Readable;
}

/** Writes answers byte for byte the same over Express and Fastify. */
@Injectable()
export class HttpReplier {
  constructor(private readonly host: HttpAdapterHost) {}

  send(response: unknown, reply: HttpReply): void {
    const adapter = this.host.httpAdapter;
    for (const [name, value] of Object.entries(reply.headers ?? {})) adapter.setHeader(response, name, value as string);
    const { body = '', bytes, stream, status } = reply;
    if (stream) return void adapter.reply(response, cutWhenFailing(stream), status);
    // Nest would write a Buffer as JSON.
    adapter.reply(response, bytes ? new StreamableFile(bytes) : body, status);
  }
}

/** Nest would end the answer as if it were whole. */
function cutWhenFailing(stream: Readable): StreamableFile {
  return new StreamableFile(stream).setErrorHandler((_, response) => (response as unknown as ServerResponse).destroy());
}
