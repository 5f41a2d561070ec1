import { renameSync, writeFileSync } from 'node:fs';

/** What all processes of a run look at while they run: how far each one's clock is off, and whether faults have ended. */
export class Control {
  #clocks = {};
  #calm = false;
  #furthest = 0;

  constructor(path) {
    this.path = path;
    this.#write();
  }

  /** Moves one process's clock. @param {number} offsetMs from the machine's clock; may be negative */
  setClock(name, offsetMs) {
    this.#clocks[name] = offsetMs;
    this.#furthest = Math.max(this.#furthest, offsetMs);
    this.#write();
  }

  /**
   * Faults have ended. All clocks agree again, on a time at which everything that any of them has scheduled is due, as if
   * the operator had waited that long.
   */
  calmDown(names, beyondMs) {
    this.#calm = true;
    for (const name of names) this.#clocks[name] = this.#furthest + beyondMs;
    this.#furthest += beyondMs;
    this.#write();
  }

  #write() {
    const next = `${this.path}.next`;
    writeFileSync(next, JSON.stringify({ calm: this.#calm, clocks: this.#clocks }));
    renameSync(next, this.path);
  }
}
