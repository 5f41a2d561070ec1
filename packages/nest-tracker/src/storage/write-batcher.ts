import { isDataFault } from './storage-failure.js';

/** How many rows one commit takes at the most; more wait for the next. */
const MAX_BATCH = 512;

/** Turns of the event loop that rows are gathered for at the most. */
const MAX_TURNS = 8;

interface Waiting<Row> {
  readonly row: Row;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: rows that arrive while a commit is under way share the next one, and each caller waits for the commit
 * that holds its row. No timer: at low load a row is written at once, at high load the batches grow by themselves.
 *
 * A batch that fails for what is in it is written again in halves, so that one bad row cannot take its neighbours down.
 */
export class WriteBatcher<Row> {
  private waiting: Waiting<Row>[] = [];
  private gathering = false;
  private underWay = 0;

  /**
   * @param write Stores all rows or none, and resolves when they are durable.
   * @param width How many batches may be under way at once.
   */
  constructor(
    private readonly write: (rows: readonly Row[]) => Promise<void>,
    private readonly width = 1,
  ) {}

  /** Resolves when the row is durable; rejects with what the storage said when it is not. */
  add(row: Row): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ row, resolve, reject });
      this.goOn();
    });
  }

  private goOn(): void {
    if (this.gathering || this.underWay >= this.width || this.waiting.length === 0) return;
    this.gathering = true;
    void this.gather().then(() => {
      this.gathering = false;
      this.underWay++;
      void this.commit(this.waiting.splice(0, MAX_BATCH)).then(() => {
        this.underWay--;
        this.goOn();
      });
      this.goOn();
    });
  }

  /**
   * Turns of the event loop for as long as each brings more: a commit costs as much as many requests, and those that were
   * answered after the last one are about to come back. A lone row waits for one turn.
   */
  private async gather(): Promise<void> {
    for (let turn = 0, before = 0; turn < MAX_TURNS && this.waiting.length > before; turn++) {
      before = this.waiting.length;
      await new Promise(setImmediate);
    }
  }

  private async commit(batch: readonly Waiting<Row>[]): Promise<void> {
    try {
      await this.write(batch.map(({ row }) => row));
    } catch (error) {
      if (batch.length === 1 || !isDataFault(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await this.commit(batch.slice(0, middle));
      return this.commit(batch.slice(middle));
    }
    for (const { resolve } of batch) resolve();
  }
}
