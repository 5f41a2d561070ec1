import { Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { jsonReply } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { type WebhookItem, Webhooks } from './webhooks.service.js';

/** Webhooks to the host's own systems. */
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly replier: HttpReplier,
  ) {}

  @Get()
  list(@PublicRequest() request: HttpRequest): Promise<Page<WebhookItem>> {
    return this.webhooks.list(readPageRequest(readQuery(request)));
  }

  @Get(':key')
  find(@Param('key') key: string): Promise<WebhookItem> {
    return this.webhooks.find(key);
  }

  /** `{ url, events?, key?, secret?, allowHttp? }`: makes one and answers it with its secret, this one time. */
  @Post()
  async create(@PublicRequest() request: HttpRequest, @ActingUser() actor: string, @Res() response: unknown) {
    const body = readJsonBody(request, ['key', 'url', 'events', 'secret', 'allowHttp']);
    this.replier.send(response, jsonReply(201, await this.webhooks.create(body, actor)));
  }

  @Delete(':key')
  @HttpCode(204)
  remove(@Param('key') key: string, @ActingUser() actor: string): Promise<void> {
    return this.webhooks.remove(key, actor);
  }
}
