import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Res, type Type } from '@nestjs/common';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { requireMatch } from '../http/precondition.js';
import { jsonReply } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonObject } from '../http/read-json-body.js';
import { type CatalogItem, etagOf } from './catalog-item.js';
import { CATALOG_KINDS, type CatalogList } from './catalog-kinds.js';
import { CatalogManagement } from './catalog-management.service.js';

/** `GET`, `POST /v1/<list>` and `GET`, `PUT`, `PATCH`, `DELETE /v1/<list>/:key` of one list of the catalog. */
function catalogController(list: CatalogList): Type {
  @Controller(`v1/${list}`)
  class CatalogController {
    constructor(
      private readonly management: CatalogManagement,
      private readonly replier: HttpReplier,
    ) {}

    @Get()
    list(@PublicRequest() request: HttpRequest): Promise<Page<CatalogItem>> {
      const query = readQuery(request);
      return this.management.list(list, query, readPageRequest(query));
    }

    @Get(':key')
    async find(@Param('key') key: string, @Res() response: unknown): Promise<void> {
      this.answer(response, 200, await this.management.find(list, key));
    }

    @Post()
    async create(@PublicRequest() request: HttpRequest, @ActingUser() actor: string, @Res() response: unknown) {
      this.answer(response, 201, await this.management.create(list, readJsonObject(request), actor));
    }

    @Put(':key')
    async replace(
      @Param('key') key: string,
      @PublicRequest() request: HttpRequest,
      @ActingUser() actor: string,
      @Res() response: unknown,
    ): Promise<void> {
      const change = { actor, check: matching(request) };
      this.answer(response, 200, await this.management.replace(list, key, readJsonObject(request), change));
    }

    @Patch(':key')
    async patch(
      @Param('key') key: string,
      @PublicRequest() request: HttpRequest,
      @ActingUser() actor: string,
      @Res() response: unknown,
    ): Promise<void> {
      const change = { actor, check: matching(request) };
      this.answer(response, 200, await this.management.patch(list, key, readJsonObject(request), change));
    }

    /** Archives. */
    @Delete(':key')
    @HttpCode(204)
    async archive(
      @Param('key') key: string,
      @PublicRequest() request: HttpRequest,
      @ActingUser() actor: string,
    ): Promise<void> {
      await this.management.archive(list, key, { actor, check: matching(request) });
    }

    @Post(':key/restore')
    async restore(@Param('key') key: string, @ActingUser() actor: string, @Res() response: unknown): Promise<void> {
      this.answer(response, 200, await this.management.restore(list, key, actor));
    }

    private answer(response: unknown, status: number, item: CatalogItem): void {
      this.replier.send(response, jsonReply(status, item, { etag: etagOf(item) }));
    }
  }
  const { name } = CATALOG_KINDS[list];
  Object.defineProperty(CatalogController, 'name', { value: `${name[0]?.toUpperCase()}${name.slice(1)}sController` });
  return CatalogController;
}

function matching(request: HttpRequest): (standing: CatalogItem) => void {
  return (standing) => requireMatch(request, etagOf(standing));
}

export const CATALOG_CONTROLLERS = (Object.keys(CATALOG_KINDS) as CatalogList[]).map(catalogController);
