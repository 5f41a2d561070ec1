import { Controller, Get, Post, Res } from '@nestjs/common';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { PublicRequest } from '../http/public-request.js';
import { ClassicPostbacks } from './classic-postbacks.js';
import { intakeReply } from './intake-reply.js';
import { PostbacksService } from './postbacks.service.js';
import { SignedMessages } from './signed-messages.js';

/** Where conversions come in. */
@Controller()
export class PostbacksController {
  constructor(
    private readonly postbacks: PostbacksService,
    private readonly messages: SignedMessages,
    private readonly classics: ClassicPostbacks,
    private readonly replier: HttpReplier,
  ) {}

  /** `POST /v1/conversions`: one signed message. */
  @Post('v1/conversions')
  async message(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, intakeReply(await this.postbacks.receive(request, this.messages.read)));
  }

  /** `GET /postback`: a classic server-to-server postback. */
  @Get('postback')
  async classic(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, intakeReply(await this.postbacks.receive(request, this.classics.read)));
  }

  /** `POST /postback`: the same as a form. */
  @Post('postback')
  async form(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, intakeReply(await this.postbacks.receive(request, this.classics.read)));
  }
}
