import { type DataSource, EntitySchema } from 'typeorm';

/**
 * One row per (event, transaction id), kept for ever: the identity, and the lock that gives every message of a transaction
 * its position. `id` is null while only updates were seen.
 */
export interface QueueMessageRow {
  event: string;
  transactionId: string;
  id: string | null;
  createdAt: string | number | null;
  destinations: string | null;
  /** Position of the newest message, counted from 0. */
  position: number;
}

/** What is not delivered yet. `dueAt` is the one column that claims look at; null: not to be claimed. */
export interface QueueDeliveryRow {
  id: string;
  seq: string | number;
  destination: string;
  event: string;
  transactionId: string;
  position: number;
  body: string;
  createdAt: string | number;
  dueAt: string | number | null;
  state: number;
  attempt: number;
  step: number;
  fence: number;
  answer: string | null;
}

/** Values of `state`. */
export const STATE = { pending: 0, leased: 1, dead: 2 } as const;

/** What the names of the queue's tables begin with. */
export const QUEUE_TABLES = 'tallyback_queue';
const MESSAGES = `${QUEUE_TABLES}_messages`;
const DELIVERIES = `${QUEUE_TABLES}_deliveries`;

const text = (name: string, length: number) => ({ name, type: 'varchar', length }) as const;
const long = (name: string) => ({ name, type: 'text' }) as const;
const big = (name: string) => ({ name, type: 'bigint' }) as const;
const whole = (name: string) => ({ name, type: 'integer' }) as const;

/** @internal */
export const queueMessageEntity = new EntitySchema<QueueMessageRow>({
  name: 'TallybackQueueMessage',
  tableName: MESSAGES,
  columns: {
    event: { ...text('event', 64), primary: true },
    transactionId: { ...text('transaction_id', 128), primary: true },
    id: { ...text('id', 64), nullable: true },
    createdAt: { ...big('created_at'), nullable: true },
    destinations: { ...long('destinations'), nullable: true },
    position: whole('position'),
  },
});

/** @internal */
export const queueDeliveryEntity = new EntitySchema<QueueDeliveryRow>({
  name: 'TallybackQueueDelivery',
  tableName: DELIVERIES,
  columns: {
    id: { ...text('id', 64), primary: true },
    seq: big('seq'),
    destination: text('destination', 64),
    event: text('event', 64),
    transactionId: text('transaction_id', 128),
    position: whole('position'),
    body: long('body'),
    createdAt: big('created_at'),
    dueAt: { ...big('due_at'), nullable: true },
    state: whole('state'),
    attempt: whole('attempt'),
    step: whole('step'),
    fence: whole('fence'),
    answer: { ...long('answer'), nullable: true },
  },
  indices: [
    { name: 'tallyback_queue_due', columns: ['destination', 'dueAt', 'seq', 'state'] },
    { name: 'tallyback_queue_chain', columns: ['transactionId', 'event', 'destination', 'position'] },
    { name: 'tallyback_queue_accepted', columns: ['seq', 'id'] },
    // STATE.dead: of a long queue these are few.
    { name: 'tallyback_queue_dead', columns: ['seq', 'id', 'state'], where: '"state" = 2' },
  ],
});

/** @internal The quoted names of the two tables, with the data source's own schema and prefix. */
export interface TableNames {
  readonly messages: string;
  readonly deliveries: string;
  readonly migrations: string;
}

/**
 * @internal
 * @param tables what the names begin with: another queue in the same database has tables of its own
 */
export function tableNames(dataSource: DataSource, tables = QUEUE_TABLES): TableNames {
  const { entityPrefix = '', schema } = dataSource.options as { entityPrefix?: string; schema?: string };
  const quoted = (name: string) =>
    dataSource.driver
      .buildTableName(entityPrefix + name, schema)
      .split('.')
      .map((part) => `"${part}"`)
      .join('.');
  return {
    messages: quoted(`${tables}_messages`),
    deliveries: quoted(`${tables}_deliveries`),
    migrations: quoted(QUEUE_MIGRATIONS_TABLE),
  };
}

/** The queue's own history of migrations, so that they never mix with the host's. */
export const QUEUE_MIGRATIONS_TABLE = 'tallyback_queue_migrations';
