import { Injectable, NotFoundException } from '@nestjs/common';
import type { HttpReply } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { Clock } from '../storage/clock.js';
import { Arrival } from './arrival.js';
import { InboundRoutes } from './inbound-routes.js';
import { intakeReply } from './intake-reply.js';
import { PostbacksService } from './postbacks.service.js';

/** Answers requests in the words of the route that they came by. */
@Injectable()
export class InboundAnswers {
  constructor(
    private readonly routes: InboundRoutes,
    private readonly postbacks: PostbacksService,
    private readonly clock: Clock,
  ) {}

  /** @throws NotFoundException for a path that no route has. */
  async answer(request: HttpRequest): Promise<HttpReply> {
    const route = this.routes.find(request.path);
    if (!route) throw new NotFoundException(`Cannot ${request.method} ${request.path}`);
    const arrival = new Arrival(request, this.clock.now());
    const { result } = await this.postbacks.run(arrival, route.read);
    return route.reply ? route.reply(result, request, arrival.facts.status) : intakeReply(result);
  }
}
