import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TRACKER_EXTRAS, type TrackerModuleExtras } from '../tracker.options.js';

/**
 * Lets an application that is told to end come to an end: from then on each connection is closed behind its next answer.
 * Node waits for connections that are open, and where partners and shops keep theirs busy it would wait for ever; Fastify
 * does this by itself, Express does not.
 */
@Injectable()
export class LastAnswers implements BeforeApplicationShutdown {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(TRACKER_EXTRAS) private readonly extras: TrackerModuleExtras,
  ) {}

  beforeApplicationShutdown(): void {
    const server: Server | undefined = this.host.httpAdapter?.getHttpServer();
    if (this.extras.controllers === false || !server) return;
    server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
      response.shouldKeepAlive = false;
    });
  }
}
