import { Controller, Get, Res } from '@nestjs/common';
import { HttpReplier } from '../http/http-reply.js';
import { jsonReply } from '../http/problem-reply.js';
import { TrackerStorage } from '../storage/tracker-storage.js';

/** Whether this process can do its work. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly replier: HttpReplier,
  ) {}

  /** 200 while the database answers, 503 when it does not. */
  @Get()
  async check(@Res() response: unknown): Promise<void> {
    const { dialect } = this.storage;
    try {
      await this.storage.dataSource.query('SELECT 1');
      this.replier.send(response, jsonReply(200, { status: 'ok', database: { type: dialect, status: 'up' } }));
    } catch {
      this.replier.send(response, jsonReply(503, { status: 'error', database: { type: dialect, status: 'down' } }));
    }
  }
}
