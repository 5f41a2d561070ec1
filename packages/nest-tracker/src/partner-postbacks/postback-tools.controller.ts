import { BadRequestException, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { isClickId } from '@tallyback/protocol';
import { ActingUser } from '../http/acting-user.js';
import { type HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { readTime } from '../http/read-time.js';
import { Clock } from '../storage/clock.js';
import {
  type Backfilled,
  type PostbackAddress,
  type PostbackStatus,
  PostbackTools,
  type TestSend,
} from './postback-tools.service.js';

const of = (rest: string) => ['partners', 'campaigns'].map((owners) => `${owners}/:owner/postbacks${rest}`);

/** The postbacks of a partner or campaign: `/v1/partners/:owner/postbacks/:key`. */
@Controller('v1')
export class PostbackToolsController {
  constructor(
    private readonly tools: PostbackTools,
    private readonly clock: Clock,
  ) {}

  /** All of them, in the order of the list. */
  @Get(of(''))
  async list(@Param('owner') owner: string, @PublicRequest() request: HttpRequest): Promise<Page<PostbackStatus>> {
    return { items: await this.tools.list(addressOf(request, owner, '')), next: null };
  }

  /** Whether it is paused, since when and why. */
  @Get(of('/:key'))
  status(@Param('owner') owner: string, @Param('key') key: string, @PublicRequest() request: HttpRequest) {
    return this.tools.status(addressOf(request, owner, key));
  }

  /** Body `{ "reason"?: text }`: what it has to tell waits from now on. */
  @Post(of('/:key/pause'))
  @HttpCode(200)
  pause(
    @Param('owner') owner: string,
    @Param('key') key: string,
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
  ): Promise<PostbackStatus> {
    const { reason = 'paused by hand' } = readJsonBody(request, ['reason']);
    if (typeof reason !== 'string' || reason.length > 500) {
      throw new BadRequestException('"reason" must be a text of at most 500 characters.');
    }
    return this.tools.pause(addressOf(request, owner, key), reason.replaceAll('\0', ''), actor);
  }

  /** Delivers what has waited, and tries again what was given up since its last delivery. */
  @Post(of('/:key/resume'))
  @HttpCode(200)
  resume(
    @Param('owner') owner: string,
    @Param('key') key: string,
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
  ) {
    return this.tools.resume(addressOf(request, owner, key), actor);
  }

  /**
   * Body `{ "from": time, "to"?: time }`: tells of conversions that arrived in between, once each; `limit` and `cursor` in
   * the query.
   */
  @Post(of('/:key/backfill'))
  @HttpCode(200)
  backfill(
    @Param('owner') owner: string,
    @Param('key') key: string,
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
  ): Promise<Backfilled> {
    const body = readJsonBody(request, ['from', 'to']);
    const from = readTime('from', body.from);
    const to = body.to === undefined ? this.clock.now() : readTime('to', body.to);
    const page = readPageRequest(readQuery(request));
    return this.tools.backfill(addressOf(request, owner, key), { from, to, ...page }, actor);
  }

  /** Body `{ "clickId"?: id }`: sends a made-up conversion now and says what the partner answered. */
  @Post(of('/:key/test'))
  @HttpCode(200)
  test(
    @Param('owner') owner: string,
    @Param('key') key: string,
    @PublicRequest() request: HttpRequest,
  ): Promise<TestSend> {
    const { clickId } = readJsonBody(request, ['clickId']);
    if (clickId !== undefined && (typeof clickId !== 'string' || !isClickId(clickId))) {
      throw new BadRequestException('"clickId" must be a click id.');
    }
    return this.tools.test(addressOf(request, owner, key), clickId?.toLowerCase());
  }
}

function addressOf({ path }: HttpRequest, ownerKey: string, key: string): PostbackAddress {
  const [, list] = /\/v1\/(partners|campaigns)\/[^/]+\/postbacks(?:\/[^/]+(?:\/[a-z]+)?)?\/?$/i.exec(path) ?? [];
  const owner = list?.toLowerCase() === 'campaigns' ? 'campaign' : 'partner';
  return { owner, ownerKey, key };
}
