/**
 * What is running right now. A `Set` would do, but one with thousands of additions and removals a second keeps the garbage
 * collector busy (a third of the cost of a request was measured); slots are reused in place.
 */
export class Slots<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  /** @returns the slot, for {@link remove} */
  add(item: Item): number {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    return slot;
  }

  remove(slot: number): void {
    this.#items[slot] = undefined;
    this.#free.push(slot);
  }

  all(): Item[] {
    return this.#items.filter((item) => item !== undefined);
  }
}
