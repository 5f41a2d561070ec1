import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { LiveBus, LiveListener } from './live-bus.js';
import { type LiveChannel, liveChannel } from './live-channel.js';
import type { LiveEvent } from './live-event.js';
import { PayloadReader, payloadsOf } from './notify-payloads.js';

/** Events of one process gather this long: a notification takes a lock of the whole server while it commits. */
const GATHER_MS = 25;
/** Events that wait while the database is away; older ones are dropped. */
const MAX_WAITING = 5_000;

interface ListeningClient {
  connect(): Promise<void>;
  query(text: string): Promise<unknown>;
  end(): Promise<void>;
  on(event: 'notification', listener: (message: { payload?: string }) => void): void;
  on(event: 'error' | 'end', listener: () => void): void;
}

interface PostgresDriver {
  readonly postgres: { readonly Client: new (options: object) => ListeningClient };
  readonly master: { readonly options: object };
}

/**
 * PostgreSQL's `LISTEN` and `NOTIFY`: notifications arrive in the order of their commits, the same in every process, the
 * sender's included.
 */
export class PostgresBus implements LiveBus {
  private readonly logger = new Logger('LiveEvents');
  private waiting: (() => Promise<LiveEvent | undefined>)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private listening: Promise<ListeningClient> | undefined;

  private known: LiveChannel | undefined;

  /** @param table A table of this tracker, by which its processes find each other. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly table: string,
    private readonly listener: LiveListener,
  ) {}

  publish(make: () => Promise<LiveEvent | undefined>): void {
    this.waiting.push(make);
    if (this.waiting.length > MAX_WAITING) this.waiting.splice(0, this.waiting.length - MAX_WAITING);
    this.gather();
  }

  async listen(): Promise<void> {
    this.listening ??= this.open();
    try {
      await this.listening;
    } catch (error) {
      this.listening = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.waiting = [];
    await this.sending;
    const client = await this.listening?.catch(() => undefined);
    this.listening = undefined;
    await client?.end().catch(() => undefined);
  }

  private gather(): void {
    if (this.timer || this.sending) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.sending = this.send().finally(() => {
        this.sending = undefined;
        if (this.waiting.length > 0) this.gather();
      });
    }, GATHER_MS);
    this.timer.unref();
  }

  private async send(): Promise<void> {
    const waiting = this.waiting;
    this.waiting = [];
    try {
      if (!(await this.isHeard())) return;
      const events = (await Promise.all(waiting.map((make) => make()))).filter((event) => event !== undefined);
      const payloads = payloadsOf(events.map((event) => JSON.stringify(event)));
      const { name } = await this.channel();
      const text = `SELECT pg_notify('${name}', payload) FROM unnest($1::text[]) AS payload`;
      await this.dataSource.query(text, [payloads]);
    } catch (error) {
      this.logger.warn(`Live events could not be told to other processes: ${(error as Error).message}`);
    }
  }

  /** Asked after the events have happened: who listens by then, or any later, is not owed them. */
  private async isHeard(): Promise<boolean> {
    if (this.listening) return true;
    const { seeLock } = await this.channel();
    const rows = await this.dataSource.query<unknown[]>(seeLock);
    return rows.length > 0;
  }

  private async channel(): Promise<LiveChannel> {
    this.known ??= await liveChannel(this.dataSource, this.table);
    return this.known;
  }

  /** A connection of its own: one of the pool would be missing there for ever. */
  private async open(): Promise<ListeningClient> {
    const { postgres, master } = this.dataSource.driver as unknown as PostgresDriver;
    const { takeLock, name } = await this.channel();
    const client = new postgres.Client(master.options);
    const lost = () => {
      if (this.listening === undefined) return;
      this.listening = undefined;
      client.end().catch(() => undefined);
      this.listener.broken();
    };
    client.on('error', lost);
    client.on('end', lost);
    const reader = new PayloadReader();
    client.on('notification', ({ payload }) => {
      for (const event of reader.read(payload ?? '[]') as LiveEvent[]) this.listener.arrived(event);
    });
    await client.connect();
    await client.query(takeLock);
    await client.query(`LISTEN ${name}`);
    return client;
  }
}
