import type { DataSource, EntityManager, EntityMetadata } from 'typeorm';
import { quotePath } from '../quote-path.js';
import { type Month, monthNamed } from './month.js';
import { restOf } from './partitioned-tables.js';

/** Held by whoever makes or drops partitions; these are the bytes of "tallypar". */
const ADVISORY_LOCK = '8386654082990203250';
/** How long others may have to wait behind a change of the table, in milliseconds. */
const LOCK_TIMEOUT_MS = 2_000;

/** A table of this size is counted in well under a second. */
const COUNTABLE_BYTES = 64 * 1024 * 1024;

/** The partitions of one table on PostgreSQL. */
export class PartitionedTable {
  private readonly schema: string | undefined;
  private readonly name: string;
  private readonly path: string;

  constructor(
    private readonly dataSource: DataSource,
    { schema, tableName }: Pick<EntityMetadata, 'schema' | 'tableName'>,
  ) {
    this.schema = schema;
    this.name = tableName;
    this.path = this.pathOf(tableName);
  }

  /** Whether it is in partitions at all: a database may be one that cannot. */
  async isPartitioned(): Promise<boolean> {
    const rows = await this.dataSource.query<{ relkind: string }[]>(
      'SELECT relkind FROM pg_class WHERE oid = to_regclass($1)',
      [this.path],
    );
    return rows[0]?.relkind === 'p';
  }

  /** Makes the partitions of these months, unless they are there. */
  async ensure(months: readonly Month[]): Promise<void> {
    if ((await this.missing(this.dataSource.manager, months)).length === 0) return;
    await this.changing(async (manager) => {
      for (const month of await this.missing(manager, months)) await this.add(manager, month);
    });
  }

  /**
   * Drops the partition of a month.
   *
   * @returns how many rows it had; of a large one what PostgreSQL estimates, because counting takes as long as deleting
   */
  async drop({ name }: Month): Promise<number> {
    const partition = this.pathOf(`${this.name}_${name}`);
    let rows = 0;
    await this.changing(async (manager) => {
      // Another process may have been first.
      if (!(await this.months(manager)).some((month) => month.name === name)) return;
      const [size] = await manager.query<{ bytes: string; live: string }[]>(
        'SELECT pg_relation_size(p) AS bytes, pg_stat_get_live_tuples(p) AS live FROM to_regclass($1) p',
        [partition],
      );
      const isLarge = Number(size?.bytes) > COUNTABLE_BYTES;
      const [count] = isLarge ? [] : await manager.query(`SELECT count(*) AS live FROM ${partition}`);
      await manager.query(`DROP TABLE ${partition}`);
      rows = Number((count ?? size)?.live);
    });
    return rows;
  }

  /** The months that have a partition. */
  async months(manager: EntityManager = this.dataSource.manager): Promise<Month[]> {
    const rows = await manager.query<{ name: string; bound: string }[]>(
      `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1) ORDER BY c.relname`,
      [this.path],
    );
    // A partition that somebody made by hand is theirs, whatever it is called.
    return rows.flatMap(({ name, bound }) => {
      const month = monthNamed(name);
      return month && bound === boundOf(month) ? month : [];
    });
  }

  private async missing(manager: EntityManager, months: readonly Month[]): Promise<Month[]> {
    const there = new Set((await this.months(manager)).map(({ name }) => name));
    return months.filter(({ name }) => !there.has(name));
  }

  /**
   * Made apart and attached, which lets others write to the table meanwhile; rows of the month that had to be put with the
   * rest move over.
   */
  private async add(manager: EntityManager, month: Month): Promise<void> {
    const partition = this.pathOf(`${this.name}_${month.name}`);
    const rest = this.pathOf(restOf(this.name));
    const here = `id >= '${month.from}' AND id < '${month.to}'`;
    await manager.query(`
      CREATE TABLE ${partition} (LIKE ${this.path} INCLUDING ALL EXCLUDING INDEXES);
      LOCK TABLE ${rest} IN ACCESS EXCLUSIVE MODE;
      WITH moved AS (DELETE FROM ${rest} WHERE ${here} RETURNING *) INSERT INTO ${partition} SELECT * FROM moved;
      ALTER TABLE ${this.path} ATTACH PARTITION ${partition} ${boundOf(month)}`);
  }

  /** In one process at a time; gives up rather than let requests queue behind a change that has to wait itself. */
  private changing(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
      await manager.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await work(manager);
    });
  }

  private pathOf(table: string): string {
    return quotePath([this.schema, table]);
  }
}

function boundOf({ from, to }: Month): string {
  return `FOR VALUES FROM ('${from}') TO ('${to}')`;
}
