import type { QueryRunner, Table } from 'typeorm';
import { PARTITIONED_TABLES, restOf } from '../partitions/partitioned-tables.js';
import { quotePath } from '../quote-path.js';

/** The digits of ids, in their order. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** Makes the tables where the data source looks for its entities: in its schema, named with its prefix. */
export async function buildTables(queryRunner: QueryRunner, tables: readonly Table[]): Promise<void> {
  const inMonths = await canPartition(queryRunner);
  for (const original of tables) {
    const table = original.clone();
    table.name = tableName(queryRunner, original.name);
    if (!inMonths || !PARTITIONED_TABLES.has(original.name)) await queryRunner.createTable(table, false, false, true);
    else await createPartitioned(queryRunner, table, original.name);
  }
}

/** Drops them, their partitions with them. */
export async function dropTables(queryRunner: QueryRunner, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables) await queryRunner.dropTable(tableName(queryRunner, name));
}

/** The name of a table with the data source's prefix. */
export function tableName({ connection }: QueryRunner, name: string): string {
  const { entityPrefix } = connection.options;
  return entityPrefix ? connection.namingStrategy.prefixTableName(entityPrefix, name) : name;
}

/** The same with its schema, for SQL. */
export function tablePath(queryRunner: QueryRunner, name: string): string {
  const { schema } = queryRunner.connection.options as { schema?: string };
  return quotePath([schema, tableName(queryRunner, name)]);
}

/**
 * Partitions are ranges of ids, so the database must order letters as ids do, which some languages' collations do not
 * ("z" after "s" in Estonian, "aa" after "z" in Danish); and it must be PostgreSQL itself, not one that speaks like it.
 */
async function canPartition(queryRunner: QueryRunner): Promise<boolean> {
  if (queryRunner.connection.options.type !== 'postgres') return false;
  const [row] = (await queryRunner.query(`
    WITH d AS (SELECT regexp_split_to_table('${DIGITS}', '') AS digit),
      s AS (SELECT a.digit || b.digit || c.digit AS text FROM d a, d b, d c WHERE c.digit IN ('0', 'z')),
      o AS (SELECT row_number() OVER (ORDER BY text) AS here, row_number() OVER (ORDER BY text COLLATE "C") AS there FROM s)
    SELECT version() LIKE 'PostgreSQL %' AND bool_and(here = there) AS can FROM o`)) as [{ can: boolean }];
  return row.can;
}

/** TypeORM cannot say PARTITION BY, so it is added to the statement that it would run. */
async function createPartitioned(queryRunner: QueryRunner, table: Table, name: string): Promise<void> {
  queryRunner.clearSqlMemory();
  queryRunner.enableSqlMemory();
  await queryRunner.createTable(table, false, false, true);
  const [create, ...indexes] = queryRunner.getMemorySql().upQueries;
  queryRunner.clearSqlMemory();
  queryRunner.disableSqlMemory();
  await queryRunner.query(`${create?.query} PARTITION BY RANGE ("id")`);
  for (const { query } of indexes) await queryRunner.query(query);
  const [parent, others] = [name, restOf(name)].map((one) => tablePath(queryRunner, one));
  await queryRunner.query(`CREATE TABLE ${others} PARTITION OF ${parent} DEFAULT`);
}
