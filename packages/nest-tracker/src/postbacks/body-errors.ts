import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { MAX_MESSAGE_BYTES } from '@tallyback/protocol';
import { HttpReplier } from '../http/http-reply.js';
import { type HttpRequest, readHttpRequest } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import { type ParserError, UnreadBodies } from '../http/unread-bodies.js';
import { InboundAnswers } from './inbound-answers.js';
import { InboundRoutes } from './inbound-routes.js';
import { intakeReply } from './intake-reply.js';
import { PostbacksService } from './postbacks.service.js';
import { UNREADABLE_BODY } from './unreadable-body.js';

/** Fastify's codes for bodies that Express leaves to whoever asks for them: of a type that nobody reads, and empty ones. */
const LEFT_ALONE = new Set(['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'FST_ERR_CTP_EMPTY_JSON_BODY']);

type Next = (error?: unknown) => void;

interface FastifyReply {
  send(error: unknown): unknown;
}

interface FastifyRequest {
  readonly raw: Pick<IncomingMessage, 'headers' | 'httpVersionMajor'>;
}

type FastifyHook = (request: FastifyRequest, reply: unknown, done: () => void) => void;

interface FastifyRoute {
  readonly url: string;
  onRequest?: FastifyHook | FastifyHook[];
  errorHandler?: (error: ParserError, request: unknown, reply: FastifyReply) => void;
}

/**
 * Answers and logs what the host's body parser refuses (broken JSON, too many bytes) on the postback routes, and has it
 * answered on the others. The parser runs before any controller, so without this a sender would read an answer that is
 * not ours, and the log would miss it.
 */
@Injectable()
export class BodyErrors {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly postbacks: PostbacksService,
    private readonly replier: HttpReplier,
    private readonly routes: InboundRoutes,
    private readonly answers: InboundAnswers,
    private readonly others: UnreadBodies,
  ) {}

  /** Must run after the body parsers are installed and before the routes are. */
  install(): void {
    const adapter = this.host.httpAdapter;
    if (adapter?.getType() === 'fastify') {
      adapter.getInstance().addHook('onRoute', (route: FastifyRoute) => {
        if (!this.routes.find(route.url) && !this.others.knows(route.url)) return;
        if (this.others.isManagement(route.url)) route.onRequest = [route.onRequest ?? [], forgetTypeOfNothing].flat();
        route.errorHandler = (error, request, reply) => {
          this.refuse(error, request, reply).catch((failure) => reply.send(failure));
        };
      });
    } else if (adapter?.getType() === 'express') {
      adapter.use((error: ParserError, request: { originalUrl: string }, response: unknown, next: Next) => {
        const [path = ''] = request.originalUrl.split('?');
        if (this.routes.find(path) || this.others.knows(path)) this.refuse(error, request, response).catch(next);
        else next(error);
      });
    }
  }

  private async refuse(error: ParserError, request: unknown, response: unknown): Promise<void> {
    const unread = readHttpRequest(request);
    const route = this.routes.find(unread.path);
    if (!route) return this.refuseOther(error, unread, response);
    if (LEFT_ALONE.has(error.code ?? '')) return this.replier.send(response, await this.answers.answer(unread));
    // Where the bytes are there, they go the usual way: a forged message is told that its signature is wrong, and only
    // its proven sender that it is not JSON.
    const readable = unread.rawBody !== undefined && route.signedBody === true;
    const result = await (readable
      ? this.postbacks.receive(unread, route.read)
      : this.postbacks.refuseUnread(unread, refusalOf(error, route.maxBodyBytes)));
    this.replier.send(response, (route.reply ?? intakeReply)(result, unread));
  }

  /** @throws the error itself when it is none of a parser's. */
  private async refuseOther(error: ParserError, request: HttpRequest, response: unknown): Promise<void> {
    const reply = await this.others.answer(error, request);
    if (!reply) throw error;
    this.replier.send(response, reply);
  }
}

/**
 * Many clients send `content-type: application/json` with every request. Of a body that is not there it means nothing, as
 * for Express, where Fastify refuses the request. (In HTTP/2 a body needs no header, so nobody can tell.)
 */
const forgetTypeOfNothing: FastifyHook = ({ raw: { headers, httpVersionMajor } }, _, done) => {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  const isEmpty = length === '0' || (length === undefined && coding === undefined && httpVersionMajor < 2);
  if (isEmpty) delete headers['content-type'];
  done();
};

/** The parser's own words stay out of it: they quote the body, which may hold personal data. */
function refusalOf({ status, statusCode }: ParserError, maxBytes = MAX_MESSAGE_BYTES): Refusal {
  return (status ?? statusCode) === 413
    ? { reason: 'body_too_large', detail: `The body may have ${maxBytes} bytes.` }
    : UNREADABLE_BODY;
}
