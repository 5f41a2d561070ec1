import { Controller, HttpCode, Post } from '@nestjs/common';
import type { HttpRequest } from '../http/http-request.js';
import { PublicRequest } from '../http/public-request.js';
import { readPostbackTest } from './postback-test-request.js';
import { type PostbackTestReport, PostbackTestsService } from './postback-tests.service.js';

/** Tries postbacks for people. */
@Controller('v1/postbacks/test')
export class PostbackTestsController {
  constructor(private readonly tests: PostbackTestsService) {}

  /**
   * Body `{ "method"?, "url", "headers"?, "body"?, "ip"?, "skipProof"? }`: says what would become of this request, step by
   * step. Nothing is stored, logged or counted against a limit.
   */
  @Post()
  @HttpCode(200)
  run(@PublicRequest() request: HttpRequest): Promise<PostbackTestReport> {
    return this.tests.run(readPostbackTest(request));
  }
}
