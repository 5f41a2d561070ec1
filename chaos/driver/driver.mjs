import { sleep } from '../lib/waiting.mjs';
import { HttpClient } from './http-client.mjs';
import { visit } from './visitor.mjs';

const TICK_MS = 20;
/** More visitors than this at once wait outside: what is slow must not fill the memory. */
const MOST_AT_ONCE = 600;
/** Longer than any fault lasts: when nobody has been served for so long, something does not come back by itself. */
const STANDSTILL_MS = 180_000;

/** Sends visitors, evenly over the time, each of whom stays until everything they want is done. */
export class Driver {
  #client = new HttpClient();
  #visitors = new Set();
  #scene;
  #sent = 0;
  #failure;
  #servedCount = 0;
  #servedAt = 0;

  /** @param {object} scene see `visit`; `dice` is the driver's */
  constructor(scene) {
    this.#scene = scene;
  }

  get inside() {
    return this.#visitors.size;
  }

  /** @param {{ count: number, seconds: number }} plan so many visitors in so much time */
  async send({ count, seconds }) {
    const begin = performance.now();
    const end = begin + seconds * 1000;
    while (this.#sent < count) {
      if (this.#failure) throw this.#failure;
      const due = Math.min(count, Math.ceil((count * (performance.now() - begin)) / (end - begin)));
      while (this.#sent < due && this.inside < MOST_AT_ONCE) this.#admit();
      this.#expectProgress();
      await sleep(TICK_MS);
    }
  }

  #expectProgress() {
    const { takenCount } = this.#scene.record;
    if (this.inside === 0 || takenCount !== this.#servedCount) this.#servedAt = performance.now();
    this.#servedCount = takenCount;
    if (performance.now() - this.#servedAt < STANDSTILL_MS) return;
    throw new Error(`no order was taken for ${STANDSTILL_MS / 1000} s, although ${this.inside} visitors are asking`);
  }

  /** Resolves when everybody has left. */
  async empty(withinMs) {
    const end = performance.now() + withinMs;
    while (this.inside > 0 && performance.now() < end) await sleep(50);
    if (this.#failure) throw this.#failure;
    return this.inside;
  }

  close() {
    return this.#client.close();
  }

  #admit() {
    const n = ++this.#sent;
    const scene = { ...this.#scene, client: this.#client, dice: this.#scene.dice.for(`visitor ${n}`) };
    const visitor = visit(n, scene)
      .catch((error) => {
        this.#failure ??= error;
      })
      .finally(() => this.#visitors.delete(visitor));
    this.#visitors.add(visitor);
  }
}
