import { BadRequestException, Controller, Delete, Get, HttpCode, Param, Post, Res, UseFilters } from '@nestjs/common';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { jsonReply } from '../http/problem-reply.js';
import { Problems } from '../http/problems.filter.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { readTime } from '../partner-postbacks/outbound-search.js';
import { ROLES, type Role } from './api-key.entity.js';
import { type ApiKeyItem, ApiKeys } from './api-keys.service.js';

const MAX_NAME = 200;

/** Keys for the management routes. */
@Controller('v1/api-keys')
@UseFilters(Problems)
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly replier: HttpReplier,
  ) {}

  @Get()
  list(@PublicRequest() request: HttpRequest): Promise<Page<ApiKeyItem>> {
    return this.keys.list(readPageRequest(readQuery(request)));
  }

  /** `{ name, role: "admin" | "read", expiresAt? }`: makes a key and answers it, this one time. */
  @Post()
  async create(@PublicRequest() request: HttpRequest, @ActingUser() actor: string, @Res() response: unknown) {
    const { name, role, expiresAt } = readJsonBody(request, ['name', 'role', 'expiresAt']);
    if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME || name.includes('\0')) {
      throw new BadRequestException(`"name" must be a text of 1 to ${MAX_NAME} characters.`);
    }
    if (!ROLES.includes(role as Role)) throw new BadRequestException(`"role" must be one of ${ROLES.join(', ')}.`);
    const until = expiresAt === undefined || expiresAt === null ? null : readTime('expiresAt', expiresAt);
    const made = await this.keys.create({ name, role: role as Role, expiresAt: until }, actor);
    this.replier.send(response, jsonReply(201, made));
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@Param('id') id: string, @ActingUser() actor: string): Promise<void> {
    return this.keys.remove(id, actor);
  }
}
