import { Injectable, Logger, NotFoundException } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, In, IsNull, Not } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { Click } from '../clicks/click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { eraseTold } from '../partner-postbacks/erase-told.js';
import { DayVisitor } from '../rollups/day-visitor.entity.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { dayOf } from './day-key.js';
import { eraseMarkedRows, eraseMentions } from './log-eraser.js';

/** Conversions per transaction. */
const CHUNK = 200;
/** Who acts when the host's own code does. */
const APPLICATION = 'application';

/** How many rows something was erased from; 0 when there was nothing (left). */
export interface Erased {
  readonly clicks: number;
  readonly conversions: number;
  readonly inboundPostbacks: number;
}

const NOTHING: Erased = { clicks: 0, conversions: 0, inboundPostbacks: 0 };

/**
 * Erases what identifies a person and keeps what is owed: address, user agent, referrer, customer id, the partner's own
 * click id and the rest of the query of their clicks; customer id and metadata of their conversions; query, body, address
 * and user agent of the requests in the inbound log. Amounts, statuses, transaction ids, coupons, line items, `sub1` to `sub10`
 * and the ledger stay, and with them every report.
 */
@Injectable()
export class People {
  private readonly logger = new Logger(People.name);

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly audit: Audit,
  ) {}

  /**
   * Erases a customer. Done again it finds nothing more and does no harm.
   *
   * @param customerId The advertiser's own id of the customer, as in messages.
   * @param advertiser Key of the advertiser whose customer it is. Default: of every one.
   * @param actor Who has it done, for the audit, which does not say which customer it was.
   * @throws NotFoundException for an unknown advertiser.
   */
  async eraseCustomer(
    customerId: string,
    { advertiser, actor = APPLICATION }: { readonly advertiser?: string | undefined; readonly actor?: string } = {},
  ): Promise<Erased> {
    const { advertisersByKey } = await this.catalog.snapshot();
    const known = advertiser === undefined ? undefined : advertisersByKey.get(advertiser);
    if (advertiser !== undefined && !known) throw new NotFoundException('There is no advertiser with this key.');
    const advertisers = known ? [known] : [...advertisersByKey.values()];
    const where = { advertiserId: In(advertisers.map(({ row }) => row.id)), customerId };
    let erased = NOTHING;
    for (let more = true; more; ) {
      const conversions = await this.storage.manager.find(Conversion, { where, take: CHUNK });
      more = conversions.length === CHUNK;
      if (conversions.length > 0) erased = sum(erased, await this.erase(conversions, []));
    }
    for (let more = true; more; ) {
      const clicks = await this.storage.manager.find(Click, { select: { id: true }, where, take: CHUNK });
      more = clicks.length === CHUNK;
      const ids = clicks.map(({ id }) => id);
      if (ids.length > 0) erased = sum(erased, await this.erase([], ids, customerId));
    }
    const inboundPostbacks = await eraseMentions(this.storage, customerId, advertiser);
    return this.done(sum(erased, { ...NOTHING, inboundPostbacks }), actor, advertiser ?? '*');
  }

  /** Erases the visitor behind a click: the click, its conversions and the requests about them. */
  async eraseClick(clickId: string, actor = APPLICATION): Promise<Erased> {
    const where = [{ clickId }, { claimedClickId: clickId, offerId: IsNull() }];
    const conversions = await this.storage.manager.find(Conversion, { where });
    return this.done(await this.erase(conversions, [clickId]), actor, clickId);
  }

  /** @param claimant Who the clicks say they are of; nobody has proven it, so what is known to be another's is left. */
  private async erase(
    conversions: readonly Conversion[],
    clickIds: readonly string[],
    claimant?: string,
  ): Promise<Erased> {
    const { advertisersById } = await this.catalog.snapshot();
    const clicks = new Set(clickIds);
    for (const { clickId, claimedClickId } of conversions) {
      for (const id of [clickId, claimedClickId]) if (id !== null) clicks.add(id);
    }
    return this.storage.transaction(async (manager) => {
      const all = [...conversions];
      // What else came of these clicks is of the same person, with or without their id.
      const others = await manager.findBy(Conversion, { clickId: In([...clicks]) });
      const known = new Set(all.map(({ id }) => id));
      for (const other of others) {
        const isAnothers = claimant !== undefined && other.customerId !== null && other.customerId !== claimant;
        if (!known.has(other.id) && !isAnothers) all.push(other);
      }
      const transactionIds = new Map<string, string[]>();
      for (const { advertiserId, transactionId } of all) {
        const key = advertisersById.get(advertiserId)?.row.key;
        if (key !== undefined) transactionIds.set(key, [...(transactionIds.get(key) ?? []), transactionId]);
      }
      const conversionIds = all.map(({ id }) => id);
      await eraseTold(manager, conversionIds);
      await forgetVisits(manager, [...clicks]);
      return {
        clicks: await eraseClicks(manager, [...clicks]),
        conversions: await eraseConversions(manager, conversionIds),
        inboundPostbacks: await eraseMarkedRows(manager, { clickIds: [...clicks], conversionIds, transactionIds }),
      };
    });
  }

  private async done(erased: Erased, actor: string, key: string): Promise<Erased> {
    const { clicks, conversions, inboundPostbacks } = erased;
    this.logger.log(
      `A person was erased: ${clicks} clicks, ${conversions} conversions, ${inboundPostbacks} inbound postbacks.`,
    );
    await this.audit.note({ actor, action: 'erased', kind: 'person', key, before: null, after: { ...erased } });
    return erased;
  }
}

/** Of a click that was erased, the visitor's hash is a part of its id: still one visitor, but nobody. */
const NOBODY = 'substr(id, 1, 22)';

/** Today's visitors are known by the same hash once more, so that each is counted once. */
async function forgetVisits(manager: EntityManager, ids: readonly string[]): Promise<void> {
  const select = { id: true, at: true, campaignId: true, visitor: true } as const;
  for (const { at, campaignId, visitor } of await manager.find(Click, { select, where: { id: In(ids) } })) {
    await manager.delete(DayVisitor, { day: dayOf(at), campaignId, visitor });
  }
}

async function eraseClicks(manager: EntityManager, ids: readonly string[]): Promise<number> {
  const { affected } = await manager
    .createQueryBuilder()
    .update(Click)
    .set({
      ip: null,
      userAgent: null,
      referrer: null,
      query: null,
      externalId: null,
      customerId: null,
      visitor: () => NOBODY,
    })
    .where({ id: In(ids) })
    .andWhere(`visitor <> ${NOBODY}`)
    .execute();
  return affected ?? 0;
}

async function eraseConversions(manager: EntityManager, ids: readonly string[]): Promise<number> {
  const identified: FindOptionsWhere<Conversion>[] = [{ customerId: Not(IsNull()) }, { metadata: Not(IsNull()) }];
  const rows = await manager.find(Conversion, {
    select: { id: true },
    where: identified.map((where) => ({ ...where, id: In(ids) })),
  });
  if (rows.length > 0) {
    await manager.update(Conversion, { id: In(rows.map(({ id }) => id)) }, { customerId: null, metadata: null });
  }
  return rows.length;
}

function sum(a: Erased, b: Erased): Erased {
  return {
    clicks: a.clicks + b.clicks,
    conversions: a.conversions + b.conversions,
    inboundPostbacks: a.inboundPostbacks + b.inboundPostbacks,
  };
}
