import { Controller, Get, Param, Res } from '@nestjs/common';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { PublicRequest } from '../http/public-request.js';
import { ClickLinks } from './click-links.service.js';
import { mayKeepClick } from './first-party-cookie.js';

/** Click links: record the click, then redirect. */
@Controller()
export class ClicksController {
  constructor(
    private readonly links: ClickLinks,
    private readonly replier: HttpReplier,
  ) {}

  /** `GET /c/:campaign`: redirects to the offer with the click id in the URL. */
  @Get('c/:campaign')
  async redirect(@Param('campaign') key: string, @PublicRequest() request: HttpRequest, @Res() response: unknown) {
    this.replier.send(response, await this.links.visit(key, request, false));
  }

  /** `GET /o/:campaign`: the first-party hop; sets the click cookie and redirects to a clean URL. */
  @Get('o/:campaign')
  async hop(@Param('campaign') key: string, @PublicRequest() request: HttpRequest, @Res() response: unknown) {
    this.replier.send(response, await this.links.visit(key, request, mayKeepClick(request)));
  }

  /** `GET /c/:campaign/:click`, `GET /o/:campaign/:click`: the second page of a double refresh; records nothing. */
  @Get(['c/:campaign/:click', 'o/:campaign/:click'])
  async second(
    @Param('campaign') key: string,
    @Param('click') id: string,
    @PublicRequest() request: HttpRequest,
    @Res() response: unknown,
  ) {
    this.replier.send(response, await this.links.second(key, id, request));
  }
}
