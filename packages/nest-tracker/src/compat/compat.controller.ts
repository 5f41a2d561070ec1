import { Controller, Get, Post, Res } from '@nestjs/common';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { PublicRequest } from '../http/public-request.js';
import { InboundAnswers } from '../postbacks/inbound-answers.js';
import { compatPaths } from './compat-networks.js';

/** `/compat/<network>/…`: the postbacks of other networks, so that an advertiser changes the host and nothing else. */
@Controller()
export class CompatController {
  constructor(
    private readonly answers: InboundAnswers,
    private readonly replier: HttpReplier,
  ) {}

  /** As the networks' documentation writes them. */
  @Get(compatPaths('GET'))
  async query(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, await this.answers.answer(request));
  }

  /** The same parameters as a form. */
  @Post(compatPaths('POST'))
  async form(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, await this.answers.answer(request));
  }
}
