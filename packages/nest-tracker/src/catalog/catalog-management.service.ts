import { BadRequestException, ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, IsNull, LessThan, Not } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import type { AuditAction } from '../audit/audit-entry.entity.js';
import { mergePatch } from '../http/merge-patch.js';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { CatalogService } from './catalog.service.js';
import { type CatalogItem, itemsOf, writable } from './catalog-item.js';
import { CATALOG_KINDS, type CatalogKind, type CatalogList, type CatalogRow } from './catalog-kinds.js';
import { lockCatalog } from './catalog-lock.js';
import { writeCatalog } from './catalog-seeder.js';
import { usesOf } from './catalog-uses.js';
import { type ParsedObject, parseObject, requireCoupons, withinObject } from './parse-object.js';
import { restoreSecrets } from './shown-secrets.js';

/** Who changes something, and what it must still be. */
export interface ChangeRequest {
  readonly actor: string;
  /** Called with the object as it stands, before the change; throws to refuse. */
  readonly check: (standing: CatalogItem) => void;
}

/**
 * The catalog for people: lists, reads and changes, each in one transaction with its audit entry. This process follows a
 * change at once, others on the same database within half a minute.
 */
@Injectable()
export class CatalogManagement {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
    private readonly audit: Audit,
  ) {}

  /**
   * One page of a list, newest first. Filters: `advertiser` (offers), `partner` (campaigns), `status`;
   * `archived=true` lists what is archived instead of what is in use.
   *
   * @throws BadRequestException for a value of `archived` that is neither `true` nor `false`.
   */
  async list(list: CatalogList, filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<CatalogItem>> {
    const kind = CATALOG_KINDS[list];
    const { manager } = this.storage;
    const where = await whereOf(manager, kind, filters);
    if (after !== undefined) where.id = LessThan(after);
    const rows = await manager.find(kind.entity, { where, order: { id: 'DESC' }, take: limit + 1 });
    const items = await itemsOf(manager, kind, rows);
    const itemOf = new Map(rows.map(({ id }, i) => [id, items[i] as CatalogItem]));
    return pageOf(rows, limit, ({ id }) => itemOf.get(id) as CatalogItem);
  }

  /** @throws NotFoundException */
  find(list: CatalogList, key: string): Promise<CatalogItem> {
    return this.itemOf(this.storage.manager, CATALOG_KINDS[list], key);
  }

  /** @throws CatalogError with every fault, ConflictException when the key is taken. */
  create(list: CatalogList, body: Record<string, unknown>, actor: string): Promise<CatalogItem> {
    const kind = CATALOG_KINDS[list];
    const parsed = parseObject(kind, writable(body), undefined, this.catalog.postbackOptions);
    return this.transaction(async (manager, now) => {
      const standing = await manager.findOneBy(kind.entity, { key: parsed.key });
      if (standing) {
        const state = standing.archivedAt === null ? 'exists already' : 'is archived; its key stays taken, restore it';
        throw new ConflictException(`The ${kind.name} "${parsed.key}" ${state}.`);
      }
      await write(manager, kind, parsed, now);
      return this.done(manager, kind, parsed.key, null, { actor, action: 'created' });
    });
  }

  /** Replaces every field; what the body leaves out takes its default. @throws as `create`, and NotFoundException. */
  replace(list: CatalogList, key: string, body: Record<string, unknown>, request: ChangeRequest): Promise<CatalogItem> {
    return this.update(list, key, request, () => body);
  }

  /** Applies a JSON merge patch (RFC 7396). @throws as `replace`. */
  patch(list: CatalogList, key: string, body: Record<string, unknown>, request: ChangeRequest): Promise<CatalogItem> {
    return this.update(list, key, request, (standing) => mergePatch(standing, body) as Record<string, unknown>);
  }

  /**
   * Takes an object out of use: an offer or campaign is paused, an advertiser's messages are refused. Clicks, conversions
   * and reports keep it.
   *
   * @throws NotFoundException, ConflictException while something in use refers to it.
   */
  archive(list: CatalogList, key: string, { actor, check }: ChangeRequest): Promise<CatalogItem> {
    const kind = CATALOG_KINDS[list];
    return this.transaction(async (manager, now) => {
      const before = await this.itemOf(manager, kind, key);
      check(before);
      const row = (await manager.findOneBy(kind.entity, { key })) as CatalogRow;
      if (row.archivedAt !== null) return before;
      const uses = await usesOf(manager, kind, row);
      if (uses.length > 0) {
        const named = `${uses.slice(0, 3).join(', ')}${uses.length > 3 ? ` and ${uses.length - 3} more` : ''}`;
        throw new ConflictException(`The ${kind.name} "${key}" is used by ${named}. Change or archive that first.`);
      }
      const paused = 'status' in row ? { status: 'paused' } : {};
      await manager.update(kind.entity, { key }, { ...paused, archivedAt: now, updatedAt: now } as object);
      return this.done(manager, kind, key, before, { actor, action: 'archived' });
    });
  }

  /** Brings an archived object back; an offer or campaign stays paused until somebody says otherwise. */
  restore(list: CatalogList, key: string, actor: string): Promise<CatalogItem> {
    const kind = CATALOG_KINDS[list];
    return this.transaction(async (manager, now) => {
      const before = await this.itemOf(manager, kind, key);
      if (before.archivedAt === undefined) return before;
      await manager.update(kind.entity, { key }, { archivedAt: null, updatedAt: now } as object);
      return this.done(manager, kind, key, before, { actor, action: 'restored' });
    });
  }

  private update(
    list: CatalogList,
    key: string,
    { actor, check }: ChangeRequest,
    bodyOf: (standing: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<CatalogItem> {
    const kind = CATALOG_KINDS[list];
    return this.transaction(async (manager, now) => {
      const before = await this.itemOf(manager, kind, key);
      check(before);
      if (before.archivedAt !== undefined) {
        throw new ConflictException(`The ${kind.name} "${key}" is archived. Restore it first.`);
      }
      const row = (await manager.findOneBy(kind.entity, { key })) as CatalogRow;
      const { postbacks } = row as Partial<Record<'postbacks', unknown>>;
      const wanted = restoreSecrets({ key, ...writable(bodyOf(writable(before))) }, postbacks);
      const parsed = parseObject(kind, wanted, key, this.catalog.postbackOptions);
      await write(manager, kind, parsed, now);
      await requireCoupons(manager, parsed.catalog);
      return this.done(manager, kind, key, before, { actor, action: 'updated' });
    });
  }

  private async done(
    manager: EntityManager,
    kind: CatalogKind,
    key: string,
    before: CatalogItem | null,
    { actor, action }: { actor: string; action: AuditAction },
  ): Promise<CatalogItem> {
    const after = await this.itemOf(manager, kind, key);
    await this.audit.write(manager, { actor, action, kind: kind.name, key, before, after });
    return after;
  }

  private async transaction<T>(work: (manager: EntityManager, now: number) => Promise<T>): Promise<T> {
    const result = await this.storage.transaction(async (manager) => {
      await lockCatalog(manager, this.storage);
      return work(manager, this.clock.now());
    });
    await this.catalog.refresh();
    return result;
  }

  private async itemOf(manager: EntityManager, kind: CatalogKind, key: string): Promise<CatalogItem> {
    const rows = key.includes('\0') ? [] : await manager.findBy(kind.entity, { key });
    const [item] = await itemsOf(manager, kind, rows);
    if (item) return item;
    throw new NotFoundException(`There is no ${kind.name} with this key.`);
  }
}

async function write(manager: EntityManager, { list }: CatalogKind, { catalog }: ParsedObject, now: number) {
  try {
    await writeCatalog(manager, catalog, now, 'management');
  } catch (error) {
    throw withinObject(list, error);
  }
}

async function whereOf(
  manager: EntityManager,
  { reference }: CatalogKind,
  filters: URLSearchParams,
): Promise<FindOptionsWhere<CatalogRow>> {
  const archived = filters.get('archived') ?? 'false';
  if (archived !== 'true' && archived !== 'false') {
    throw new BadRequestException('"archived" must be "true" or "false".');
  }
  const where: FindOptionsWhere<CatalogRow> = { archivedAt: archived === 'true' ? Not(IsNull()) : IsNull() };
  const owner = reference && filters.get(reference.field);
  if (reference && owner) {
    const row = await manager.findOneBy(CATALOG_KINDS[reference.to].entity, { key: owner });
    where[reference.column] = row?.id ?? '';
  }
  const status = filters.get('status');
  if (reference && status !== null) where.status = status;
  return where;
}
