import { BadRequestException, Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { jsonReply } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { readTime } from '../http/read-time.js';
import { OWNERS, ROLES, type Role } from './api-key.entity.js';
import { type ApiKeyItem, ApiKeys } from './api-keys.service.js';

const MAX_NAME = 200;

/** Keys for the management routes. */
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly replier: HttpReplier,
  ) {}

  @Get()
  list(@PublicRequest() request: HttpRequest): Promise<Page<ApiKeyItem>> {
    return this.keys.list(readPageRequest(readQuery(request)));
  }

  /**
   * `{ name, role, expiresAt? }`: makes a key and answers it, this one time. `role` is `admin`, `read`, or `advertiser` or
   * `partner` with the field of that name, the catalog key of whom it is for.
   */
  @Post()
  async create(@PublicRequest() request: HttpRequest, @ActingUser() actor: string, @Res() response: unknown) {
    const body = readJsonBody(request, ['name', 'role', 'expiresAt', ...OWNERS]);
    const { name, role, expiresAt } = body;
    if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME || name.includes('\0')) {
      throw new BadRequestException(`"name" must be a text of 1 to ${MAX_NAME} characters.`);
    }
    if (!ROLES.includes(role as Role)) throw new BadRequestException(`"role" must be one of ${ROLES.join(', ')}.`);
    const subject = readSubject(role as Role, body);
    const until = expiresAt === undefined || expiresAt === null ? null : readTime('expiresAt', expiresAt);
    const made = await this.keys.create({ name, role: role as Role, subject, expiresAt: until }, actor);
    this.replier.send(response, jsonReply(201, made));
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@Param('id') id: string, @ActingUser() actor: string): Promise<void> {
    return this.keys.remove(id, actor);
  }
}

/** Whom a key is for: named by the field of its role, and by no other. */
function readSubject(role: Role, body: Partial<Record<(typeof OWNERS)[number], unknown>>): string | null {
  const stray = OWNERS.find((owner) => owner !== role && body[owner] !== undefined);
  if (stray !== undefined) throw new BadRequestException(`"${stray}" is for keys of the role "${stray}".`);
  const owner = OWNERS.find((name) => name === role);
  if (owner === undefined) return null;
  const key = body[owner];
  if (typeof key === 'string') return key;
  throw new BadRequestException(`"${owner}" must be the key of the ${owner} that this key is for.`);
}
