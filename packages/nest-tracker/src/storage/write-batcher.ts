import { gather } from './gather.js';
import { isDataFault } from './storage-failure.js';

/** How many rows one commit takes at the most; more wait for the next. */
const MAX_BATCH = 512;

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
    void gather(() => this.waiting.length).then(() => {
      this.gathering = false;
      this.underWay++;
      void this.commit(this.waiting.splice(0, MAX_BATCH)).then(() => {
        this.underWay--;
        this.goOn();
      });
      this.goOn();
    });
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
