/**
 * What is running right now, and until when each may. A `Set` would do, but one with thousands of additions and removals a
 * second keeps the garbage collector busy (a third of the cost of a request was measured), and so does a timer of its own
 * for each: slots are reused in place, and one timer watches the earliest end.
 */
export class Running<Item> {
  readonly #items: (Item | undefined)[] = [];
  /** When each has to be over, on the clock of `performance.now()`. */
  readonly #ends: number[] = [];
  readonly #free: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #watched = Number.POSITIVE_INFINITY;

  /** @param onLate told of each that is still here at its end; has to remove it */
  constructor(private readonly onLate: (item: Item) => void) {}

  /** @returns the slot, for {@link remove} */
  add(item: Item, end: number): number {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    this.#ends[slot] = end;
    if (end < this.#watched) this.#watch(end);
    return slot;
  }

  remove(slot: number): void {
    this.#items[slot] = undefined;
    this.#free.push(slot);
  }

  all(): Item[] {
    return this.#items.filter((item) => item !== undefined);
  }

  /** Ends the watch, for when nothing is added any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The timer outlives what it was set for, and does not keep the process alive: the sockets do that. */
  #watch(end: number): void {
    clearTimeout(this.#timer);
    this.#watched = end;
    this.#timer = setTimeout(() => this.#look(), Math.ceil(end - performance.now())).unref();
  }

  #look(): void {
    const now = performance.now();
    const late: Item[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const [slot, item] of this.#items.entries()) {
      const end = this.#ends[slot] as number;
      if (item === undefined) continue;
      if (end <= now) late.push(item);
      else next = Math.min(next, end);
    }
    this.#watched = next;
    if (next !== Number.POSITIVE_INFINITY) this.#watch(next);
    for (const item of late) this.onLate(item);
  }
}
