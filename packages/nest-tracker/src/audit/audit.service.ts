import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { createId } from '@tallyback/protocol';
import { type EntityManager, type FindOptionsWhere, LessThan } from 'typeorm';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { type AuditChanges, AuditEntry } from './audit-entry.entity.js';

type Fields = Readonly<Record<string, unknown>>;

/** A change to be told. */
export type Audited = Pick<AuditEntry, 'actor' | 'action' | 'kind' | 'key'> & {
  readonly before: Fields | null;
  readonly after: Fields | null;
};

/** An entry as people read it. */
export type AuditItem = Omit<AuditEntry, 'at'> & { readonly at: string };

/** What changes by itself and tells nobody anything. */
const SILENT = ['createdAt', 'updatedAt'];

/** Who changed what by management routes, and when. */
@Injectable()
export class Audit {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
  ) {}

  /** Writes an entry in the transaction that makes the change. Secrets must not be among the fields. */
  async write(manager: EntityManager, { actor, action, kind, key, before, after }: Audited): Promise<void> {
    const at = this.clock.now();
    const changes = changesOf(before ?? {}, after ?? {});
    await manager.insert(AuditEntry, { id: createId(at), at, actor, action, kind, key, changes } as object);
  }

  /** Writes an entry about what has been done already, in a transaction of its own. */
  async note(entry: Audited): Promise<void> {
    await this.storage.transaction((manager) => this.write(manager, entry));
  }

  /** Entries that match every filter (`kind`, `key`, `actor`, `action`), newest first. */
  async list(filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<AuditItem>> {
    const where: FindOptionsWhere<AuditEntry> = {};
    for (const name of ['kind', 'key', 'actor', 'action'] as const) {
      const value = filters.get(name);
      if (value !== null) Object.assign(where, { [name]: value });
    }
    if (after !== undefined) where.id = LessThan(after);
    const rows = await this.storage.manager.find(AuditEntry, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, ({ at, ...row }) => ({ ...row, at: new Date(at).toISOString() }));
  }
}

/** The filters that something was done by, for the entry that tells of it. */
export function namedFilters(query: URLSearchParams, names: readonly string[]): Record<string, string> {
  return Object.fromEntries([...query].filter(([name]) => names.includes(name)));
}

function changesOf(before: Fields, after: Fields): AuditChanges {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes = [...names].flatMap((name) => {
    const [from, to] = [before[name] ?? null, after[name] ?? null];
    return SILENT.includes(name) || isDeepStrictEqual(from, to) ? [] : [[name, { from, to }] as const];
  });
  return Object.fromEntries(changes);
}
