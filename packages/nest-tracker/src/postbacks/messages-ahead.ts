import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { MAX_MESSAGE_BYTES } from '@tallyback/protocol';
import { AheadOfMiddleware, isForwarded, plainRequest } from '../http/ahead-of-middleware.js';
import type { HttpReply } from '../http/http-reply.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { intakeReply } from './intake-reply.js';
import { PostbacksService } from './postbacks.service.js';
import { SignedMessages } from './signed-messages.js';

const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

/**
 * Answers plain signed messages on the HTTP server itself, before the framework looks at them and before any body parser:
 * the bytes are what is signed, and are read as JSON once. Everything that is not as plain goes the usual way: other
 * paths, types and encodings, bodies of no told length or too long, and requests that came over a proxy.
 */
@Injectable()
export class MessagesAhead implements OnApplicationBootstrap {
  constructor(
    private readonly ahead: AheadOfMiddleware,
    private readonly postbacks: PostbacksService,
    private readonly messages: SignedMessages,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.messagesAheadOfMiddleware) return;
    this.ahead.install('v1/conversions', (path) => (request, response) => {
      if (request.method !== 'POST' || request.url !== path || !isPlain(request)) return false;
      readBody(request, (body) => this.ahead.answer(response, this.reply(request, body)));
      return true;
    });
  }

  private async reply(request: IncomingMessage, body: Buffer): Promise<HttpReply> {
    return intakeReply(await this.postbacks.receive(plainRequest(request, body), this.messages.read));
  }
}

function isPlain({ headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length']);
  return (
    length > 0 &&
    length <= MAX_MESSAGE_BYTES &&
    JSON_TYPE.test(headers['content-type'] ?? '') &&
    headers['content-encoding'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    !isForwarded(headers)
  );
}

/** A sender that goes away halfway has said nothing: then there is no end, and no answer. */
function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  request.on('data', (chunk: Buffer) => {
    if (!first) first = chunk;
    else if (more) more.push(chunk);
    else more = [first, chunk];
  });
  request.on('end', () => done(more ? Buffer.concat(more) : (first ?? Buffer.alloc(0))));
}
