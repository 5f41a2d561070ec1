import { Controller, Post, Res } from '@nestjs/common';
import { problem } from '@tallyback/protocol';
import { outcomeBody } from '../conversions/outcome-body.js';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { jsonReply, problemReply } from '../http/problem-reply.js';
import { PublicRequest } from '../http/public-request.js';
import { BatchesService } from './batches.service.js';

/** Many messages in one request. */
@Controller()
export class BatchesController {
  constructor(
    private readonly batches: BatchesService,
    private readonly replier: HttpReplier,
  ) {}

  /** `POST /v1/conversions/batch`: answers what became of each message, in the same order. */
  @Post('v1/conversions/batch')
  async batch(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    const batch = await this.batches.receive(request);
    if (!batch.ok) return this.replier.send(response, problemReply(batch.refusal));
    const results = batch.results.map((result) =>
      result.accepted
        ? outcomeBody(result.outcome, result.conversion)
        : problem(result.refusal.reason, result.refusal.detail, result.refusal.field),
    );
    this.replier.send(response, jsonReply(200, { results }));
  }
}
