import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { QUEUE_TABLES, tableNames } from './tables.js';

/** Index names are the tables' own on both databases; `IF NOT EXISTS` because the host may have run them already. */
function firstSchema(dataSource: DataSource): string[] {
  const { messages } = tableNames(dataSource);
  return [
    `CREATE TABLE IF NOT EXISTS ${messages} (
       "event" varchar(64) NOT NULL, "transaction_id" varchar(128) NOT NULL,
       "id" varchar(64), "created_at" bigint, "destinations" text, "position" integer NOT NULL,
       PRIMARY KEY ("event", "transaction_id"))`,
    ...deliveriesSchema(dataSource),
  ];
}

/** @internal The table of what is not delivered yet, with its indexes. */
export function deliveriesSchema(dataSource: DataSource, tables = QUEUE_TABLES): string[] {
  const { deliveries } = tableNames(dataSource, tables);
  return [
    `CREATE TABLE IF NOT EXISTS ${deliveries} (
       "id" varchar(64) NOT NULL, "seq" bigint NOT NULL, "destination" varchar(64) NOT NULL,
       "event" varchar(64) NOT NULL, "transaction_id" varchar(128) NOT NULL, "position" integer NOT NULL,
       "body" text NOT NULL, "created_at" bigint NOT NULL, "due_at" bigint, "state" integer NOT NULL,
       "attempt" integer NOT NULL, "step" integer NOT NULL, "fence" integer NOT NULL, "answer" text,
       PRIMARY KEY ("id"))`,
    `CREATE INDEX IF NOT EXISTS "${tables}_due" ON ${deliveries} ("destination", "due_at", "seq", "state")`,
    `CREATE INDEX IF NOT EXISTS "${tables}_chain"
       ON ${deliveries} ("transaction_id", "event", "destination", "position")`,
    `CREATE INDEX IF NOT EXISTS "${tables}_accepted" ON ${deliveries} ("seq", "id")`,
    `CREATE INDEX IF NOT EXISTS "${tables}_dead" ON ${deliveries} ("seq", "id", "state") WHERE "state" = 2`,
  ];
}

/** @internal A migration that is a list of statements, so that SQLite can run it without leaving its own transaction. */
export interface QueueMigration extends MigrationInterface {
  readonly name: string;
  readonly timestamp: number;
  statements(dataSource: DataSource): string[];
}

/** The first schema: identities and undelivered messages. */
export class TallybackQueue1764100000000 implements QueueMigration {
  // Set explicitly: TypeORM would take the class name, which a bundler may mangle.
  readonly name = 'TallybackQueue1764100000000';
  readonly timestamp = 1764100000000;

  statements(dataSource: DataSource): string[] {
    return firstSchema(dataSource);
  }

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of this.statements(queryRunner.connection)) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const { messages, deliveries } = tableNames(queryRunner.connection);
    for (const table of [deliveries, messages]) await queryRunner.query(`DROP TABLE ${table}`);
  }
}

/** Every migration in order; a host that runs migrations itself spreads them into its list and sets `migrate: false`. */
export const queueMigrations = [TallybackQueue1764100000000];
