/** What can be claimed, the earliest first; equal times in the order of acceptance. */
export interface Due {
  readonly at: number;
  readonly seq: number;
}

/** Binary min-heap. Entries that no longer hold are left in and skipped by the reader: removal by search would be O(n). */
export class DueHeap {
  readonly #items: Due[] = [];

  peek(): Due | undefined {
    return this.#items[0];
  }

  push(item: Due): void {
    const items = this.#items;
    let index = items.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(item, items[parent] as Due)) break;
      items[index] = items[parent] as Due;
      index = parent;
    }
    items[index] = item;
  }

  pop(): Due | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1] as Due, items[child] as Due)) child += 1;
      if (!before(items[child] as Due, last)) break;
      items[index] = items[child] as Due;
      index = child;
    }
    items[index] = last;
    return first;
  }
}

function before(a: Due, b: Due): boolean {
  return a.at === b.at ? a.seq < b.seq : a.at < b.at;
}
