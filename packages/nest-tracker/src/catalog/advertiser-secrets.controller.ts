import { BadRequestException, Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { jsonReply } from '../http/problem-reply.js';
import { PublicRequest } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { AdvertiserSecrets } from './advertiser-secrets.service.js';

/** Rotation of secrets, keys and tokens. */
@Controller('v1/advertisers/:key')
export class AdvertiserSecretsController {
  constructor(
    private readonly secrets: AdvertiserSecrets,
    private readonly replier: HttpReplier,
  ) {}

  /** Everything active, without the secrets themselves. */
  @Get('secrets')
  async list(@Param('key') key: string, @Res() response: unknown): Promise<void> {
    this.replier.send(response, jsonReply(200, { items: await this.secrets.list(key), next: null }));
  }

  /** `{ kind?: "secret" | "publicKey", value? }`: adds the given one, or makes a secret and answers it, this one time. */
  @Post('secrets')
  async add(
    @Param('key') key: string,
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
    @Res() response: unknown,
  ): Promise<void> {
    const { kind = 'secret', value } = readJsonBody(request, ['kind', 'value']);
    if (kind !== 'secret' && kind !== 'publicKey') {
      throw new BadRequestException('"kind" must be "secret" or "publicKey".');
    }
    if (value !== undefined && typeof value !== 'string') throw new BadRequestException('"value" must be a string.');
    this.replier.send(response, jsonReply(201, await this.secrets.add(key, kind, value, actor)));
  }

  /** Revokes one at once. */
  @Delete('secrets/:id')
  @HttpCode(204)
  remove(@Param('key') key: string, @Param('id') id: string, @ActingUser() actor: string): Promise<void> {
    return this.secrets.remove(key, id, actor);
  }

  /** `{ overlapSeconds? }`: makes a new token and answers it, this one time. */
  @Post('token')
  async token(
    @Param('key') key: string,
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
    @Res() response: unknown,
  ): Promise<void> {
    const { overlapSeconds } = readJsonBody(request, ['overlapSeconds']);
    // The service says what is wrong with any other value.
    this.replier.send(response, jsonReply(201, await this.secrets.rotateToken(key, overlapSeconds as number, actor)));
  }
}
