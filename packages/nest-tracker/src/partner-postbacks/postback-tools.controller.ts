import { BadRequestException, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { isClickId } from '@tallyback/protocol';
import { type HttpRequest } from '../http/http-request.js';
import { readPageRequest } from '../http/page.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { Clock } from '../storage/clock.js';
import { readTime } from './outbound-search.js';
import {
  type Backfilled,
  type PostbackAddress,
  type PostbackStatus,
  PostbackTools,
  readIndex,
  type TestSend,
} from './postback-tools.service.js';

const of = (action: string) => ['partners', 'campaigns'].map((owners) => `${owners}/:key/postbacks/:n${action}`);

/** One postback of a partner or campaign: `/v1/partners/:key/postbacks/:n`, the first one is 0. */
@Controller('v1')
export class PostbackToolsController {
  constructor(
    private readonly tools: PostbackTools,
    private readonly clock: Clock,
  ) {}

  /** Whether it is paused, since when and why. */
  @Get(of(''))
  status(@Param('key') key: string, @Param('n') n: string, @PublicRequest() request: HttpRequest) {
    return this.tools.status(addressOf(request, key, n));
  }

  /** Body `{ "reason"?: text }`: what it has to tell waits from now on. */
  @Post(of('/pause'))
  @HttpCode(200)
  pause(
    @Param('key') key: string,
    @Param('n') n: string,
    @PublicRequest() request: HttpRequest,
  ): Promise<PostbackStatus> {
    const { reason = 'paused by hand' } = readJsonBody(request, ['reason']);
    if (typeof reason !== 'string' || reason.length > 500) {
      throw new BadRequestException('"reason" must be a text of at most 500 characters.');
    }
    return this.tools.pause(addressOf(request, key, n), reason.replaceAll('\0', ''));
  }

  /** Delivers what has waited, and tries again what was given up since its last delivery. */
  @Post(of('/resume'))
  @HttpCode(200)
  resume(@Param('key') key: string, @Param('n') n: string, @PublicRequest() request: HttpRequest) {
    return this.tools.resume(addressOf(request, key, n));
  }

  /**
   * Body `{ "from": time, "to"?: time }`: tells of conversions that arrived in between, once each; `limit` and `cursor` in
   * the query.
   */
  @Post(of('/backfill'))
  @HttpCode(200)
  backfill(
    @Param('key') key: string,
    @Param('n') n: string,
    @PublicRequest() request: HttpRequest,
  ): Promise<Backfilled> {
    const body = readJsonBody(request, ['from', 'to']);
    const from = readTime('from', body.from);
    const to = body.to === undefined ? this.clock.now() : readTime('to', body.to);
    return this.tools.backfill(addressOf(request, key, n), { from, to, ...readPageRequest(readQuery(request)) });
  }

  /** Body `{ "clickId"?: id }`: sends a made-up conversion now and says what the partner answered. */
  @Post(of('/test'))
  @HttpCode(200)
  test(@Param('key') key: string, @Param('n') n: string, @PublicRequest() request: HttpRequest): Promise<TestSend> {
    const { clickId } = readJsonBody(request, ['clickId']);
    if (clickId !== undefined && (typeof clickId !== 'string' || !isClickId(clickId))) {
      throw new BadRequestException('"clickId" must be a click id.');
    }
    return this.tools.test(addressOf(request, key, n), clickId?.toLowerCase());
  }
}

function addressOf({ path }: HttpRequest, ownerKey: string, n: string): PostbackAddress {
  const owner = /\/campaigns\/[^/]+\/postbacks\/[^/]+(?:\/[a-z]+)?\/?$/.test(path) ? 'campaign' : 'partner';
  return { owner, ownerKey, index: readIndex(n) };
}
