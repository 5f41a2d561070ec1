import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Order } from './order.js';

/** What has happened to an order, besides being placed. */
export interface OrderState {
  /** The SDK has taken over the conversion (it is in its queue). */
  saleReported: boolean;
  returned: boolean;
  /** The SDK has taken over the refund. */
  returnReported: boolean;
}

type Entry = { placed: Order } | { id: string; now: keyof OrderState };

/**
 * The shop's orders: in memory for reading, in a file of JSON lines for good. An order or a change exists once its line
 * is on the disk; only then do the methods resolve.
 */
export class OrderBook {
  readonly #orders = new Map<string, Order & OrderState>();
  #written: Promise<unknown> = Promise.resolve();

  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the file, made with its folder when it is not there. A last line torn by a power cut is left out. */
  static async open(path: string): Promise<OrderBook> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a');
    const book = new OrderBook(file);
    const lines = (await readFile(path, 'utf8')).split('\n');
    // A torn line stays alone on its line instead of spoiling the next one.
    if (lines.at(-1) !== '') await file.appendFile('\n');
    for (const line of lines) book.#replay(line);
    return book;
  }

  find(id: string): (Order & OrderState) | undefined {
    return this.#orders.get(id);
  }

  list(): readonly (Order & OrderState)[] {
    return [...this.#orders.values()];
  }

  /** Places an order unless there is one with its id already: sending a form twice buys once. */
  async place(order: Order): Promise<{ placed: boolean }> {
    if (this.#orders.has(order.id)) {
      await this.#written;
      return { placed: false };
    }
    await this.#append({ placed: order });
    return { placed: true };
  }

  async mark(id: string, now: keyof OrderState): Promise<void> {
    if (this.#orders.get(id)?.[now] === false) await this.#append({ id, now });
  }

  async close(): Promise<void> {
    await this.#written.catch(() => undefined);
    await this.#file.close();
  }

  #append(entry: Entry): Promise<void> {
    this.#apply(entry);
    const done = this.#written.then(async () => {
      await this.#file.appendFile(`${JSON.stringify(entry)}\n`);
      await this.#file.datasync();
    });
    this.#written = done.catch(() => undefined);
    return done;
  }

  #apply(entry: Entry): void {
    if ('placed' in entry) {
      const state: OrderState = { saleReported: false, returned: false, returnReported: false };
      this.#orders.set(entry.placed.id, { ...entry.placed, ...state });
      return;
    }
    const order = this.#orders.get(entry.id);
    if (order !== undefined) order[entry.now] = true;
  }

  #replay(line: string): void {
    if (line === '') return;
    try {
      this.#apply(JSON.parse(line) as Entry);
    } catch {
      // A torn line was never confirmed to anybody: it is as if it had not been written.
    }
  }
}
