import { Controller, Get, type OnModuleDestroy, Res } from '@nestjs/common';
import { HttpReplier } from '../http/http-reply.js';
import { jsonReply } from '../http/problem-reply.js';
import { OutboxGauge } from '../metrics/outbox-depth.js';
import { TrackerStorage } from '../storage/tracker-storage.js';

/** Whether this process can do its work. */
@Controller('health')
export class HealthController implements OnModuleDestroy {
  private stopping = false;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly outbox: OutboxGauge,
    private readonly replier: HttpReplier,
  ) {}

  onModuleDestroy(): void {
    this.stopping = true;
  }

  /** Readiness: 200 while the database answers, 503 when it does not or the process is shutting down. */
  @Get(['', 'ready'])
  async check(@Res() response: unknown): Promise<void> {
    const { dialect } = this.storage;
    try {
      const queue = await this.outbox.depth();
      const [code, status] = this.stopping ? [503, 'stopping'] : [200, 'ok'];
      this.replier.send(response, jsonReply(code, { status, database: { type: dialect, status: 'up' }, queue }));
    } catch {
      this.replier.send(response, jsonReply(503, { status: 'error', database: { type: dialect, status: 'down' } }));
    }
  }

  /** Liveness: 200 while this process answers at all. */
  @Get('live')
  live(@Res() response: unknown): void {
    this.replier.send(response, jsonReply(200, { status: 'ok' }));
  }
}
