import { Injectable, Logger } from '@nestjs/common';
import type { Settled } from '@tallyback/sdk-node/outbox';
import { Clock } from '../storage/clock.js';
import { saidBy } from '../storage/said-by.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { writing } from '../storage/transaction-work.js';
import { WriteBatcher } from '../storage/write-batcher.js';
import { OutboundPostback } from './outbound-postback.entity.js';

interface Result extends Settled {
  readonly at: number;
}

/**
 * Writes into the log what partners answered. For people only: whether something is delivered is what the outbox says,
 * so nothing goes wrong when a process is killed before it has written this.
 */
@Injectable()
export class PostbackResults {
  private readonly logger = new Logger(PostbackResults.name);
  private readonly batcher: WriteBatcher<Result>;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
  ) {
    const p = storage.dialect === 'postgres' ? (n: number) => `$${n}` : () => '?';
    const text = `UPDATE ${storage.rowsOf(OutboundPostback, []).table}
      SET settled_at = ${p(1)}, attempts = ${p(2)}, answer_status = ${p(3)}, answer = ${p(4)} WHERE id = ${p(5)}`;
    this.batcher = new WriteBatcher((results) =>
      this.storage.run(function* () {
        for (const { at, attempt, status, answer, id } of results) {
          yield writing(text, [at, attempt, status ?? null, answer?.replaceAll('\0', '') ?? null, id]);
        }
      }),
    );
  }

  add(settled: Settled): void {
    const written = this.batcher.add({ ...settled, at: this.clock.now() }).catch((error: unknown) => {
      this.logger.warn(`The answer to partner postback ${settled.id} could not be logged: ${saidBy(error)}`);
    });
    this.last = Promise.all([this.last, written]).then(() => undefined);
  }

  /** Resolves when everything so far is written. */
  written(): Promise<void> {
    return this.last;
  }
}
