import { Injectable, Logger } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { Clock } from '../storage/clock.js';
import type { Alongside, Intake, IntakeRequest, IntakeResult } from './intake.js';
import { MessageJob } from './message-job.js';
import { ExchangeRates } from './pricing/exchange-rates.js';
import { noRates, ratesFor } from './pricing/rate-lookup.js';
import { Recorder } from './recorder.js';

/** Records conversions: named steps, each of which passes a message on or ends it with an outcome and a reason. */
@Injectable()
export class ConversionsService {
  private readonly logger = new Logger(ConversionsService.name);

  constructor(
    private readonly recorder: Recorder,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
    private readonly rates: ExchangeRates,
  ) {}

  /**
   * Records one message of a proven sender. Messages that arrive together share a transaction; when this resolves,
   * everything the message did is durable, and events have been emitted.
   *
   * @param alongside Makes the inbound-log row that is stored in the same transaction, also when a step refused.
   * @throws the storage's error when nothing was stored.
   */
  async record(intake: Intake, alongside?: Alongside): Promise<IntakeResult> {
    return this.recorder.submit(await this.job({ intake, alongside }));
  }

  /**
   * Records several messages in one transaction, each with an outcome of its own, in the order given; never all or
   * nothing. A message that could not be stored is refused with `storage_unavailable`.
   */
  async recordAll(requests: readonly IntakeRequest[]): Promise<IntakeResult[]> {
    const settled = await this.recorder.submitAll(await Promise.all(requests.map((request) => this.job(request))));
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : this.notStored(one.reason)));
  }

  /** Says what would become of a message; nothing is stored. */
  async rehearse(intake: Intake): Promise<IntakeResult> {
    return this.recorder.rehearse(await this.job({ intake }));
  }

  private async job(request: IntakeRequest): Promise<MessageJob> {
    const now = this.clock.now();
    const catalog = await this.catalog.snapshot();
    const rates = (await ratesFor(request.intake, catalog, this.rates)) ?? noRates;
    return new MessageJob(request, { catalog, rates, now });
  }

  private notStored(error: Error): IntakeResult {
    this.logger.error(`A message could not be stored: ${error.name}: ${error.message}`);
    const detail = 'The message could not be stored. Nothing of it was kept: send it again.';
    return { accepted: false, refusal: { reason: 'storage_unavailable', detail }, step: 'store', steps: [] };
  }
}
