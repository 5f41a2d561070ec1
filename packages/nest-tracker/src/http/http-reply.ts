import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** An answer as plain data. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

/** Writes answers byte for byte the same over Express and Fastify. */
@Injectable()
export class HttpReplier {
  constructor(private readonly host: HttpAdapterHost) {}

  send(response: unknown, reply: HttpReply): void {
    const adapter = this.host.httpAdapter;
    for (const [name, value] of Object.entries(reply.headers ?? {})) adapter.setHeader(response, name, value as string);
    adapter.reply(response, reply.body ?? '', reply.status);
  }
}
