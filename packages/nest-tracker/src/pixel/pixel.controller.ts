import { Controller, Get, Post, Res } from '@nestjs/common';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { PublicRequest } from '../http/public-request.js';
import { InboundAnswers } from '../postbacks/inbound-answers.js';

/** Conversions that a visitor's browser reports, for advertisers without a server. */
@Controller()
export class PixelController {
  constructor(
    private readonly answers: InboundAnswers,
    private readonly replier: HttpReplier,
  ) {}

  /** `GET /pixel.gif`: for `<img>`. */
  @Get('pixel.gif')
  async image(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, await this.answers.answer(request));
  }

  /** `GET /pixel.js`: for `<script>`, where a page's policy lets no image through. */
  @Get('pixel.js')
  async script(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, await this.answers.answer(request));
  }

  /** `POST /pixel`: for `navigator.sendBeacon` with a `URLSearchParams`, which needs no preflight and outlives the page. */
  @Post('pixel')
  async beacon(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, await this.answers.answer(request));
  }
}
