import { randomBytes } from 'node:crypto';
import { BadRequestException, Injectable, NotFoundException } from '@nestjs/common';
import { createId } from '@tallyback/protocol';
import { LessThan } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { hashToken } from '../catalog/hash-token.js';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { ApiKey, type Role } from './api-key.entity.js';

const PREFIX = 'tbk_';
const AUDIT_KIND = 'api_key';

/** A key as people see it: never the key itself. */
export type ApiKeyItem = Omit<ApiKey, 'fingerprint' | 'createdAt' | 'expiresAt'> & {
  readonly createdAt: string;
  readonly expiresAt: string | null;
};

/** Keys for the management routes. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
    private readonly audit: Audit,
    private readonly catalog: CatalogService,
  ) {}

  /**
   * Makes a key; `value` is the key itself, which nobody sees again.
   *
   * @throws BadRequestException when `subject` is no advertiser or partner of the catalog.
   */
  async create(
    { name, role, subject, expiresAt }: Pick<ApiKey, 'name' | 'role' | 'subject' | 'expiresAt'>,
    actor: string,
  ): Promise<ApiKeyItem & { readonly value: string }> {
    await this.requireSubject(role, subject);
    const value = `${PREFIX}${randomBytes(32).toString('base64url')}`;
    const now = this.clock.now();
    const row: ApiKey = {
      id: createId(now),
      name,
      role,
      subject,
      fingerprint: hashToken(value),
      hint: `…${value.slice(-4)}`,
      createdBy: actor,
      createdAt: now,
      expiresAt,
    };
    await this.storage.transaction(async (manager) => {
      await manager.insert(ApiKey, row);
      const after = { ...itemOf(row) };
      await this.audit.write(manager, { actor, action: 'created', kind: AUDIT_KIND, key: row.id, before: null, after });
    });
    return { ...itemOf(row), value };
  }

  /** Newest first, also those that have run out. */
  async list({ limit, after }: PageRequest): Promise<Page<ApiKeyItem>> {
    const where = after === undefined ? {} : { id: LessThan(after) };
    const rows = await this.storage.manager.find(ApiKey, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, itemOf);
  }

  /** Removes a key; it opens nothing from now on, in every process. @throws NotFoundException */
  async remove(id: string, actor: string): Promise<void> {
    await this.storage.transaction(async (manager) => {
      const row = await manager.findOneBy(ApiKey, { id: id.replaceAll('\0', '') });
      if (!row) throw new NotFoundException('There is no key with this id.');
      await manager.delete(ApiKey, { id: row.id });
      const before = { ...itemOf(row) };
      await this.audit.write(manager, { actor, action: 'removed', kind: AUDIT_KIND, key: row.id, before, after: null });
    });
  }

  /** The key behind what a request carries, when it is one and has not run out. */
  async find(given: string): Promise<ApiKey | undefined> {
    if (!given.startsWith(PREFIX)) return undefined;
    const row = await this.storage.manager.findOneBy(ApiKey, { fingerprint: hashToken(given) });
    return row && this.isCurrent(row) ? row : undefined;
  }

  /** Whether the key with this id still opens anything: for what a request has left open. */
  async isOpen(id: string): Promise<boolean> {
    const row = await this.storage.manager.findOneBy(ApiKey, { id });
    return row !== null && this.isCurrent(row);
  }

  private async requireSubject(role: Role, subject: string | null): Promise<void> {
    const { advertisersByKey, partnersByKey } = await this.catalog.snapshot();
    const known = { advertiser: advertisersByKey, partner: partnersByKey }[role as string];
    if (known ? known.has(subject ?? '') : subject === null) return;
    throw new BadRequestException(`There is no ${role} "${subject}" that this key could be for.`);
  }

  private isCurrent({ expiresAt }: ApiKey): boolean {
    return expiresAt === null || expiresAt > this.clock.now();
  }
}

function itemOf({ fingerprint: _, createdAt, expiresAt, ...row }: ApiKey): ApiKeyItem {
  return {
    ...row,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}
