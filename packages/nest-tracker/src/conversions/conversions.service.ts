import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import type { Intake, IntakeResult } from './intake.js';
import { rememberDelivery } from './seen-deliveries.js';
import { STEPS } from './steps/index.js';
import type { StepContext } from './steps/step.js';

/** Runs in the transaction that records the conversion, after the steps; what it throws undoes them. */
export type WithinTransaction = (manager: EntityManager, result: IntakeResult & { accepted: true }) => Promise<void>;

/** Records conversions: named steps in one transaction, each of which passes on or ends with an outcome and a reason. */
@Injectable()
export class ConversionsService {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly events: TrackerEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Records one message of a proven sender. Everything it does is one transaction; events are emitted after the commit.
   *
   * @param within Further work in the same transaction.
   */
  async record(intake: Intake, within?: WithinTransaction): Promise<IntakeResult> {
    const catalog = await this.catalog.snapshot();
    const result = await this.storage.transaction(async (manager) => {
      const ended = await this.runSteps(intake, manager, catalog);
      if (ended.accepted) await within?.(manager, ended);
      return ended;
    });
    if (result.accepted && result.outcome !== 'duplicate') {
      this.events.emitConversion({ outcome: result.outcome, conversion: result.conversion });
    }
    return result;
  }

  private async runSteps(intake: Intake, manager: EntityManager, catalog: CatalogSnapshot): Promise<IntakeResult> {
    const now = this.clock.now();
    const { storage } = this;
    const said = Date.parse(intake.message.data.occurredAt ?? intake.message.timestamp);
    const context: StepContext = {
      intake,
      manager,
      storage,
      catalog,
      now,
      occurredAt: Math.min(said, now),
      revenue: 0n,
      payout: 0n,
      payoutRule: null,
      currency: null,
    };
    for (const [step, run] of STEPS) {
      const end = await run(context);
      if (!end) continue;
      if ('refusal' in end) return { accepted: false, refusal: end.refusal, step };
      await rememberDelivery(context, end.conversion.id);
      return { accepted: true, outcome: end.outcome, conversion: end.conversion, step };
    }
    throw new Error('The last step of recording a conversion ends it; this line cannot be reached.');
  }
}
