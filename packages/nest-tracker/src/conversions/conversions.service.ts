import { Injectable, Logger } from '@nestjs/common';
import {
  type ConversionMessage,
  type ConversionUpdate,
  type Conversion as NewConversion,
  type Parsed,
  parseConversion,
  parseConversionUpdate,
} from '@tallyback/protocol';
import type { EntityManager } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Refusal } from '../http/problem-reply.js';
import { faultsRefusal } from '../postbacks/reading.js';
import { Clock } from '../storage/clock.js';
import type { Alongside, Intake, IntakeRequest, IntakeResult, RecordContext } from './intake.js';
import { JoinedRecorder } from './joined-recorder.js';
import { MessageJob } from './message-job.js';
import { ExchangeRates } from './pricing/exchange-rates.js';
import { noRates, ratesFor } from './pricing/rate-lookup.js';
import { Recorder, resultOf } from './recorder.js';

/** Records conversions: named steps, each of which passes a message on or ends it with an outcome and a reason. */
@Injectable()
export class ConversionsService {
  private readonly logger = new Logger(ConversionsService.name);

  constructor(
    private readonly recorder: Recorder,
    private readonly joined: JoinedRecorder,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
    private readonly rates: ExchangeRates,
  ) {}

  /**
   * Records a conversion of an advertiser that you vouch for, as a signed message of theirs would.
   *
   * @param advertiser Key.
   * @returns What became of it; faults of the conversion and an unknown advertiser are refusals like any other.
   * @throws TransactionJoinError when `manager` is of another data source, or has no transaction open.
   * @throws the storage's error when nothing was stored.
   */
  convert(advertiser: string, conversion: NewConversion, context: RecordContext = {}): Promise<IntakeResult> {
    return this.vouch(advertiser, 'conversion.created', parseConversion(conversion), context);
  }

  /** Reports a new status or revenue of a conversion, as {@link convert} does a new one. */
  update(advertiser: string, update: ConversionUpdate, context: RecordContext = {}): Promise<IntakeResult> {
    return this.vouch(advertiser, 'conversion.updated', parseConversionUpdate(update), context);
  }

  /**
   * Records one message of a proven sender. Messages that arrive together share a transaction; when this resolves,
   * everything the message did is durable, and events have been emitted.
   *
   * With `manager` it is recorded in that transaction of yours instead: it is there when you have committed, with all that
   * belongs to it, and events are emitted then; rolled back, it has never been.
   *
   * @param context `alongside` makes the inbound-log row that is stored in the same transaction, also when a step refused.
   * @throws TransactionJoinError when `manager` is of another data source, or has no transaction open.
   * @throws the storage's error when nothing was stored; a transaction of yours is then as it was before.
   */
  async record(intake: Intake, context: RecordContext & { alongside?: Alongside } = {}): Promise<IntakeResult> {
    const { alongside, manager } = context;
    if (!manager) return this.recorder.submit(await this.job({ intake, alongside }));
    const [decided] = await this.join(manager, [{ intake, alongside }]);
    return resultOf(decided);
  }

  /**
   * Records several messages in one transaction, each with an outcome of its own, in the order given; never all or
   * nothing. A message that could not be stored is refused with `storage_unavailable`.
   *
   * @throws TransactionJoinError when `manager` is of another data source, or has no transaction open.
   */
  async recordAll(requests: readonly IntakeRequest[], { manager }: RecordContext = {}): Promise<IntakeResult[]> {
    const settled = manager
      ? await Promise.allSettled((await this.join(manager, requests)).map(async (one) => resultOf<IntakeResult>(one)))
      : await this.recorder.submitAll(await Promise.all(requests.map((request) => this.job(request))));
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : this.notStored(one.reason)));
  }

  /** Says what would become of a message; nothing is stored. */
  async rehearse(intake: Intake): Promise<IntakeResult> {
    return this.recorder.rehearse(await this.job({ intake }));
  }

  private async vouch(
    key: string,
    type: ConversionMessage['type'],
    parsed: Parsed<ConversionMessage['data']>,
    context: RecordContext,
  ): Promise<IntakeResult> {
    const { advertisersByKey } = await this.snapshot(context.manager);
    const advertiser = advertisersByKey.get(key);
    if (!advertiser) return refusedAt('findAdvertiser', unknownAdvertiser(key));
    if (!parsed.ok) return refusedAt('readMessage', faultsRefusal(parsed.faults));
    const timestamp = new Date(this.clock.now()).toISOString();
    const message: ConversionMessage = { type, timestamp, data: parsed.value };
    return this.record({ advertiser, sender: { method: 'operator', signed: true }, message }, context);
  }

  private async join(manager: EntityManager, requests: readonly IntakeRequest[]) {
    const jobs = await Promise.all(requests.map((request) => this.job(request, manager)));
    return this.joined.submitAll(manager, jobs);
  }

  private async job(request: IntakeRequest, manager?: EntityManager): Promise<MessageJob> {
    const now = this.clock.now();
    const catalog = await this.snapshot(manager);
    const rates = (await ratesFor(request.intake, catalog, this.rates, now)) ?? noRates;
    return new MessageJob(request, { catalog, rates, now });
  }

  private async snapshot(manager: EntityManager | undefined): Promise<CatalogSnapshot> {
    if (!manager) return this.catalog.snapshot();
    this.joined.check(manager);
    return this.catalog.snapshotFor(manager);
  }

  private notStored(error: Error): IntakeResult {
    this.logger.error(`A message could not be stored: ${error.name}: ${error.message}`);
    const detail = 'The message could not be stored. Nothing of it was kept: send it again.';
    return { accepted: false, refusal: { reason: 'storage_unavailable', detail }, step: 'store', steps: [] };
  }
}

function refusedAt(step: string, refusal: Refusal): IntakeResult {
  return { accepted: false, refusal, step, steps: [{ name: step, outcome: 'ended', detail: refusal.detail }] };
}

function unknownAdvertiser(key: string): Refusal {
  const detail = `There is no advertiser "${key}". Its key is the one in the catalog.`;
  return { reason: 'unknown_advertiser', detail, field: 'advertiser' };
}
