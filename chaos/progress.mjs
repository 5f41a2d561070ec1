const EVERY_MS = { terminal: 500, file: 10_000 };

/** One line about how far the run is: rewritten on a terminal, a line now and then elsewhere. */
export class Progress {
  #timer;
  #phase = 'starting';
  #stream = process.stderr;

  /** @param {() => string} figures */
  constructor(figures) {
    this.figures = figures;
    this.#timer = setInterval(() => this.#draw(), this.#stream.isTTY ? EVERY_MS.terminal : EVERY_MS.file);
    this.#timer.unref();
  }

  /** What is going on now. */
  show(phase) {
    this.#phase = phase;
    this.#draw();
  }

  end() {
    clearInterval(this.#timer);
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
  }

  #draw() {
    const line = `${this.figures()}  ${this.#phase}`;
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${line.slice(0, this.#stream.columns - 1)}` : `${line}\n`);
  }
}
