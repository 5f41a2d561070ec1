import { Controller, Get } from '@nestjs/common';
import type { HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { Audit, type AuditItem } from './audit.service.js';

/** Who changed what. */
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly audit: Audit) {}

  /** Newest first; filters by `kind`, `key`, `actor`, `action`. */
  @Get()
  list(@PublicRequest() request: HttpRequest): Promise<Page<AuditItem>> {
    const query = readQuery(request);
    return this.audit.list(query, readPageRequest(query));
  }
}
