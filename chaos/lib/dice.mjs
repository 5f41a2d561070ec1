import { createHash } from 'node:crypto';

/**
 * Randomness that a seed repeats (sfc32). Every part of a run throws dice of its own, named after it, so that what one
 * part does changes nothing for the others.
 */
export class Dice {
  #seed;
  #state;

  /** @param {string} seed a run's seed, followed by the names of the parts that lead here */
  constructor(seed) {
    this.#seed = seed;
    const digest = createHash('sha256').update(seed).digest();
    this.#state = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
  }

  /** Dice of a part of this part. */
  for(name) {
    return new Dice(`${this.#seed}/${name}`);
  }

  /** A number in [0, 1). */
  next() {
    const [a, b, c, count] = this.#state;
    const sum = (a + b + count) | 0;
    this.#state = [b ^ (b >>> 9), (c + (c << 3)) | 0, (((c << 21) | (c >>> 11)) + sum) | 0, (count + 1) | 0];
    return (sum >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** A time until the next of events that come every `mean` on average, independently of each other. */
  gap(mean) {
    return -mean * Math.log(1 - this.next());
  }

  /** One of the keys of `weights`, as often as its number says relative to the others. */
  weighted(weights) {
    const entries = Object.entries(weights);
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return entries[0][0];
  }
}
