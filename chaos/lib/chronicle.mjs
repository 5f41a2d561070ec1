/** What happened when: the story of every order, of the processes, and how often each fault was injected. */
export class Chronicle {
  #begin = performance.now();
  #stories = new Map();
  #events = [];
  #counts = new Map();

  /** Adds a line to the story of an order (or of a click). */
  tell(subject, line) {
    const story = this.#stories.get(subject);
    const entry = [this.seconds(), line];
    if (story) story.push(entry);
    else this.#stories.set(subject, [entry]);
  }

  /** Something that concerned everybody: a kill, a jump of a clock. */
  event(line) {
    this.#events.push([this.seconds(), line]);
  }

  /** Counts an injected fault. */
  count(fault) {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + 1);
  }

  /** The story of one subject, with what happened to the processes meanwhile, in the order of time. */
  story(subject) {
    const own = this.#stories.get(subject) ?? [];
    if (own.length === 0) return [];
    const [from, to] = [own[0][0] - 1, own[own.length - 1][0] + 1];
    const around = this.#events.filter(([at]) => at >= from && at <= to).map(([at, line]) => [at, `(${line})`]);
    return [...own, ...around].sort(([a], [b]) => a - b).map(([at, line]) => `${at.toFixed(3).padStart(9)} s  ${line}`);
  }

  /** Injected faults by name. */
  get counts() {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** How many faults whose name begins so were injected. */
  total(prefix) {
    let sum = 0;
    for (const [name, count] of this.#counts) if (name.startsWith(prefix)) sum += count;
    return sum;
  }

  /** Since the beginning. */
  seconds() {
    return (performance.now() - this.#begin) / 1000;
  }
}
