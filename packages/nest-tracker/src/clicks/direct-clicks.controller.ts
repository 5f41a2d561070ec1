import { Controller, Options, Post, Req, Res } from '@nestjs/common';
import { corsHeaders, preflightReply } from '../http/cors.js';
import { HttpReplier, type HttpReply } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { jsonReply, problemReply } from '../http/problem-reply.js';
import { PublicRequest } from '../http/public-request.js';
import { BodyTooLargeError, readTextBody } from '../http/read-text-body.js';
import { isStorageFailure } from '../storage/storage-failure.js';
import { DirectClicks } from './direct-clicks.service.js';

/** Largest body of a click. */
export const MAX_BODY_BYTES = 16 * 1024;

/** Clicks that landing pages tell of, across origins. */
@Controller('v1/clicks')
export class DirectClicksController {
  constructor(
    private readonly clicks: DirectClicks,
    private readonly replier: HttpReplier,
  ) {}

  /** `POST /v1/clicks`: records a click without a redirect, once per `key`; answers its id. */
  @Post()
  async record(@PublicRequest() request: HttpRequest, @Req() incoming: object, @Res() response: unknown) {
    const cors = await corsHeaders(request, this.mayAsk);
    const reply = await this.reply(request, incoming);
    this.replier.send(response, { ...reply, headers: { ...reply.headers, ...cors } });
  }

  /** `OPTIONS /v1/clicks`: the preflight that browsers send before JSON. */
  @Options()
  async preflight(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    const cors = await corsHeaders(request, this.mayAsk);
    this.replier.send(response, preflightReply(cors, 'POST'));
  }

  private async reply(request: HttpRequest, incoming: object): Promise<HttpReply> {
    try {
      const result = await this.clicks.record(request, await readTextBody(incoming, MAX_BODY_BYTES));
      return 'reason' in result ? problemReply(result) : jsonReply(200, result);
    } catch (error) {
      if (error instanceof BodyTooLargeError) {
        return problemReply({ reason: 'body_too_large', detail: error.message });
      }
      if (!isStorageFailure(error)) throw error;
      const detail = 'The click could not be stored. Send it again shortly, under the same key.';
      return problemReply({ reason: 'storage_unavailable', detail });
    }
  }

  private readonly mayAsk = async (origin: string): Promise<boolean> => {
    try {
      return await this.clicks.mayAsk(origin);
    } catch (error) {
      if (isStorageFailure(error)) return false;
      throw error;
    }
  };
}
