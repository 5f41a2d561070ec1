import { Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { Conversion } from './conversion.entity.js';
import { DecisionJob, type DecisionResult } from './decision-job.js';
import type { ManualDecision } from './manual-decision.js';
import { Recorder } from './recorder.js';

/** People's decisions about conversions. */
@Injectable()
export class DecisionsService {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly recorder: Recorder,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes a conversion by hand, along the status machine, with a ledger entry that says who and why.
   *
   * @param actor Who decides, for the ledger; at most 96 characters.
   * @returns null when there is no conversion with this id.
   * @throws the storage's error when nothing was stored.
   */
  async decide(conversionId: string, decision: ManualDecision, actor: string): Promise<DecisionResult | null> {
    const conversion = await this.storage.manager.findOneBy(Conversion, { id: conversionId });
    if (!conversion) return null;
    const catalog = await this.catalog.snapshot();
    return this.recorder.submit(new DecisionJob(conversion, decision, actor, catalog, this.clock.now()));
  }
}
