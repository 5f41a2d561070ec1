import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import type { Alongside, Intake, IntakeRequest, IntakeResult, StepTrace } from './intake.js';
import { ExchangeRates } from './pricing/exchange-rates.js';
import { priceUnattributed } from './pricing/price-conversion.js';
import { noRates, type RateLookup, ratesFor } from './pricing/rate-lookup.js';
import { rememberDelivery } from './seen-deliveries.js';
import { STEPS } from './steps/index.js';
import type { StepContext } from './steps/step.js';

/** Undoes a rehearsal's transaction and carries its result out of it. */
class Rehearsed extends Error {
  constructor(readonly result: IntakeResult) {
    super('A rehearsal stores nothing.');
  }
}

/** Records conversions: named steps in one transaction, each of which passes on or ends with an outcome and a reason. */
@Injectable()
export class ConversionsService {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly events: TrackerEvents,
    private readonly clock: Clock,
    private readonly rates: ExchangeRates,
  ) {}

  /**
   * Records one message of a proven sender. Everything it does is one transaction; events are emitted after the commit.
   *
   * @param alongside Makes the inbound-log row that is stored in the same transaction, also when a step refused.
   */
  async record(intake: Intake, alongside?: Alongside): Promise<IntakeResult> {
    const catalog = await this.catalog.snapshot();
    const rates = (await ratesFor(intake, catalog, this.rates)) ?? noRates;
    let logged: InboundPostback | undefined;
    const result = await this.storage.transaction(async (manager) => {
      const ended = await this.runSteps(intake, manager, catalog, rates);
      logged = alongside?.(ended);
      if (logged) await manager.insert(InboundPostback, logged);
      return ended;
    });
    if (result.accepted && result.outcome !== 'duplicate') {
      this.events.emitConversion({ outcome: result.outcome, conversion: result.conversion });
    }
    if (logged) this.events.emitPostback(logged);
    return result;
  }

  /** Records several messages, each with its own outcome, in the order given; never all or nothing. */
  async recordAll(requests: readonly IntakeRequest[]): Promise<IntakeResult[]> {
    const results: IntakeResult[] = [];
    for (const { intake, alongside } of requests) results.push(await this.record(intake, alongside));
    return results;
  }

  /** Says what would become of a message; nothing is stored. */
  async rehearse(intake: Intake): Promise<IntakeResult> {
    const catalog = await this.catalog.snapshot();
    const rates = (await ratesFor(intake, catalog, this.rates)) ?? noRates;
    try {
      return await this.storage.transaction(async (manager) => {
        throw new Rehearsed(await this.runSteps(intake, manager, catalog, rates));
      });
    } catch (error) {
      if (error instanceof Rehearsed) return error.result;
      throw error;
    }
  }

  private async runSteps(
    intake: Intake,
    manager: EntityManager,
    catalog: CatalogSnapshot,
    rates: RateLookup,
  ): Promise<IntakeResult> {
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
      rates,
      price: priceUnattributed({}),
    };
    const steps: StepTrace[] = [];
    for (const [step, run] of STEPS) {
      const end = await run(context);
      if (!end) {
        steps.push({ name: step, outcome: 'passed' });
        continue;
      }
      if ('refusal' in end) {
        steps.push({ name: step, outcome: 'ended', detail: end.refusal.detail });
        return { accepted: false, refusal: end.refusal, step, steps };
      }
      steps.push({ name: step, outcome: 'ended', detail: end.outcome });
      await rememberDelivery(context, end.conversion.id);
      return { accepted: true, outcome: end.outcome, conversion: end.conversion, step, steps };
    }
    throw new Error('The last step of recording a conversion ends it; this line cannot be reached.');
  }
}
