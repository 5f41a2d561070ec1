import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { createSecret } from '@tallyback/protocol';
import { type EntityManager, LessThan } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { lockCatalog } from '../catalog/catalog-lock.js';
import { writeCatalog } from '../catalog/catalog-seeder.js';
import { withinObject } from '../catalog/parse-object.js';
import { parseSeed } from '../catalog/parse-seed.js';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { freshKey } from '../partner-postbacks/postback-keys.js';
import { PostbackOutbox } from '../partner-postbacks/postback-outbox.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { dropWaiting } from './drop-waiting.js';
import { Webhook } from './webhook.entity.js';
import { type WebhookEvent, webhookName } from './webhook.js';

const AUDIT_KIND = 'webhook';

/** A webhook as people see it: never its secret. */
export interface WebhookItem {
  readonly key: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly allowHttp: boolean;
  readonly createdAt: string;
}

/** Addresses of the host's own systems that are told what happens. */
@Injectable()
export class Webhooks {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly outbox: PostbackOutbox,
    private readonly clock: Clock,
    private readonly audit: Audit,
  ) {}

  /** Newest first. */
  async list({ limit, after }: PageRequest): Promise<Page<WebhookItem>> {
    const where = after === undefined ? {} : { id: LessThan(after) };
    const rows = await this.storage.manager.find(Webhook, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, itemOf);
  }

  /** @throws NotFoundException */
  async find(key: string): Promise<WebhookItem> {
    return itemOf(await required(this.storage.manager, key));
  }

  /**
   * Makes a webhook from the fields of the seed's `webhooks`; a key is made of the host, and a secret at random, when there
   * is none. `secret` is answered this one time.
   *
   * @throws CatalogError with every fault, ConflictException when the key is taken.
   */
  async create(body: Record<string, unknown>, actor: string): Promise<WebhookItem & { readonly secret: string }> {
    const { secret = createSecret(), key: given, ...fields } = body;
    const item = await this.storage.transaction(async (manager) => {
      await lockCatalog(manager, this.storage);
      const taken = new Set((await manager.find(Webhook, { select: { key: true } })).map(({ key }) => key));
      const key = given ?? freshKey(String(body.url), (fresh) => !taken.has(fresh));
      const seed = this.parsed({ ...fields, key, secret });
      if (taken.has(String(key))) throw new ConflictException(`There is a webhook "${key}" already.`);
      await writeCatalog(manager, seed, this.clock.now(), 'management');
      const after = itemOf(await required(manager, String(key)));
      await this.audit.write(manager, {
        actor,
        action: 'created',
        kind: AUDIT_KIND,
        key: after.key,
        before: null,
        after: { ...after },
      });
      return after;
    });
    await this.catalog.refresh();
    return { ...item, secret: String(secret) };
  }

  /** Ends a webhook; what waits for it is not sent any more. @throws NotFoundException */
  async remove(key: string, actor: string): Promise<void> {
    await this.storage.transaction(async (manager) => {
      await lockCatalog(manager, this.storage);
      const row = await required(manager, key);
      await manager.delete(Webhook, { id: row.id });
      await dropWaiting(manager, this.outbox.outbox.table, webhookName(row));
      const before = { ...itemOf(row) };
      await this.audit.write(manager, { actor, action: 'removed', kind: AUDIT_KIND, key, before, after: null });
    });
    await this.catalog.refresh();
  }

  private parsed(webhook: Record<string, unknown>) {
    try {
      return parseSeed({ webhooks: [webhook] }, this.catalog.postbackOptions);
    } catch (error) {
      throw withinObject('webhooks', error);
    }
  }
}

async function required(manager: EntityManager, key: string): Promise<Webhook> {
  const row = await manager.findOneBy(Webhook, { key: key.replaceAll('\0', '') });
  if (row) return row;
  throw new NotFoundException('There is no webhook with this key.');
}

function itemOf({ key, url, events, allowHttp, createdAt }: Webhook): WebhookItem {
  return { key, url, events, allowHttp, createdAt: new Date(createdAt).toISOString() };
}
