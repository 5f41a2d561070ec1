import type { TrackerStorage } from '../../storage/tracker-storage.js';
import type { TransactionWork } from '../../storage/transaction-work.js';
import { SeenDelivery } from '../seen-delivery.entity.js';
import { keyedQuery } from './keyed-rows.js';
import { NOT_LOADED } from './not-loaded.js';

/** A delivery by who sent it and the id they gave it. */
export type DeliveryKey = Pick<SeenDelivery, 'advertiserId' | 'deliveryId'>;

/** The statement that reads accepted deliveries, built once per tracker. */
export function deliveryQueries(storage: TrackerStorage) {
  const { table } = storage.rowsOf(SeenDelivery);
  return keyedQuery(
    storage.dialect,
    ['advertiser_id', 'delivery_id'],
    (keys) =>
      `SELECT s.advertiser_id AS "advertiserId", s.delivery_id AS "deliveryId", s.conversion_id AS "conversionId"
         FROM ${keys} ${table} s ON s.advertiser_id = k.advertiser_id AND s.delivery_id = k.delivery_id`,
  );
}

/** Which deliveries were accepted before, and which conversion each was about. */
export class SeenDeliveries {
  private readonly loaded = new Map<string, string | null>();
  private readonly added = new Map<string, string>();
  private readonly asked = new Map<string, DeliveryKey>();
  private readonly wanted = new Map<string, DeliveryKey>();

  constructor(private readonly query: ReturnType<typeof deliveryQueries>) {}

  want(key: DeliveryKey): void {
    const name = nameOf(key);
    if (!this.loaded.has(name)) this.wanted.set(name, key);
  }

  /** Id of the conversion that the delivery was about; null when it was not accepted before. */
  get(key: DeliveryKey): string | null {
    const name = nameOf(key);
    const conversionId = this.added.get(name) ?? this.loaded.get(name);
    if (conversionId !== undefined) return conversionId;
    this.wanted.set(name, key);
    throw NOT_LOADED;
  }

  /** Wants all that was not there to be read again: a process that we waited for may have accepted its copy meanwhile. */
  wantMissingAgain(): void {
    for (const [name, key] of this.asked) if (this.loaded.get(name) === null) this.wanted.set(name, key);
  }

  put(key: DeliveryKey, conversionId: string): void {
    this.added.set(nameOf(key), conversionId);
  }

  /** Forgets what was put: the group is decided again. */
  reset(): void {
    this.added.clear();
  }

  *load(): TransactionWork<void> {
    if (this.wanted.size === 0) return;
    const { rows } = yield this.query([...this.wanted.values()].map((key) => [key.advertiserId, key.deliveryId]));
    for (const [name, key] of this.wanted) {
      this.asked.set(name, key);
      this.loaded.set(name, null);
    }
    for (const row of rows as unknown as SeenDelivery[]) this.loaded.set(nameOf(row), row.conversionId);
    this.wanted.clear();
  }
}

function nameOf({ advertiserId, deliveryId }: DeliveryKey): string {
  return `${advertiserId} ${deliveryId}`;
}
