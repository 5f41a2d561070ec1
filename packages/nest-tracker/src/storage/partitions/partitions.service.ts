import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { Clock } from '../clock.js';
import { oldestId } from '../oldest-id.js';
import { TrackerStorage } from '../tracker-storage.js';
import { type Month, monthOf } from './month.js';
import { PartitionedTable } from './partitioned-table.js';
import { PARTITIONED_TABLES } from './partitioned-tables.js';

const INTERVAL_MS = 3_600_000;
/** Months ahead of the current one: a process that stays up, or a tracker that is down for weeks, has time. */
const MONTHS_AHEAD = 2;

/**
 * Keeps the partitions of clicks and the inbound log on PostgreSQL: made for the months to come, at the start and once an
 * hour, by whichever process is first. Without them rows are kept with the rest, and nothing is refused.
 */
@Injectable()
export class Partitions implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(Partitions.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private tables: ReadonlyMap<EntityTarget<ObjectLiteral>, PartitionedTable> = new Map();

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.storage.dialect !== 'postgres') return;
    this.tables = await this.partitioned();
    await this.ensure();
    this.timer = setInterval(() => {
      this.running = this.ensure();
    }, INTERVAL_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Makes the partitions of this month and the next ones; what cannot be made now is tried again in an hour. */
  async ensure(): Promise<void> {
    const now = this.clock.now();
    const months = Array.from({ length: MONTHS_AHEAD + 1 }, (_, later) => monthOf(now, later));
    for (const table of this.tables.values()) {
      await table.ensure(months).catch((error: Error) => {
        this.logger.warn(
          `The partitions of the coming months could not be made and will be tried again: ${error.message}`,
        );
      });
    }
  }

  /** The months of an entity's table that ended before this time; none where the table has no partitions. */
  async endedBefore(entity: EntityTarget<ObjectLiteral>, time: number): Promise<Month[]> {
    const months = (await this.tables.get(entity)?.months()) ?? [];
    return months.filter(({ to }) => to <= oldestId(time));
  }

  /**
   * Drops a month of an entity's table.
   *
   * @returns how many rows that were
   * @throws the database's error, such as when somebody uses the month all the time
   */
  async drop(entity: EntityTarget<ObjectLiteral>, month: Month): Promise<number> {
    return (await this.tables.get(entity)?.drop(month)) ?? 0;
  }

  /** Ids below this one belong to rows older than `time` that no month of their own will take along. */
  async withoutMonth(entity: EntityTarget<ObjectLiteral>, time: number): Promise<string> {
    const [first] = (await this.tables.get(entity)?.months()) ?? [];
    const before = oldestId(time);
    return first && first.from < before ? first.from : before;
  }

  private async partitioned(): Promise<Map<EntityTarget<ObjectLiteral>, PartitionedTable>> {
    const found = new Map<EntityTarget<ObjectLiteral>, PartitionedTable>();
    for (const metadata of this.storage.dataSource.entityMetadatas) {
      if (!PARTITIONED_TABLES.has(metadata.tableNameWithoutPrefix)) continue;
      const table = new PartitionedTable(this.storage.dataSource, metadata);
      if (await table.isPartitioned()) found.set(metadata.target, table);
      else
        this.logger.warn(
          `${metadata.tableName} is not partitioned: the database's collation or kind does not allow it.`,
        );
    }
    return found;
  }
}
