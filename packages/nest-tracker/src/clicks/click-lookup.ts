import { Injectable, type OnModuleInit } from '@nestjs/common';
import { clickQueries, DECIDING_COLUMNS, type KnownClick } from '../conversions/working-set/known-clicks.js';
import { TrackerStorage } from '../storage/tracker-storage.js';

/** As many clicks as one statement reads. */
const MAX_IDS = 256;

interface Asked {
  readonly id: string;
  readonly resolve: (click: KnownClick | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Finds the clicks that postbacks name, past TypeORM: each is looked up before its sender can be proven. Lookups that come
 * while one is under way share the next statement.
 */
@Injectable()
export class ClickLookup implements OnModuleInit {
  private queries: ReturnType<typeof clickQueries>;
  private waiting: Asked[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly storage: TrackerStorage) {}

  onModuleInit(): void {
    this.queries = clickQueries(this.storage, DECIDING_COLUMNS);
  }

  /** The click with this id, in lower case, or null. */
  find(id: string): Promise<KnownClick | null> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ id, resolve, reject });
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    // One turn of the event loop, so that requests which arrived together are looked up together.
    await new Promise(setImmediate);
    while (this.waiting.length > 0) await this.answer(this.waiting.splice(0, MAX_IDS));
    this.running = undefined;
  }

  private async answer(asked: readonly Asked[]): Promise<void> {
    try {
      const { rows, byId } = this.queries;
      const found = new Map<string, KnownClick>();
      for (const row of await this.storage.read(byId(asked.map(({ id }) => [id])))) {
        const click = rows.read(row);
        found.set(click.id, click);
      }
      for (const { id, resolve } of asked) resolve(found.get(id) ?? null);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
