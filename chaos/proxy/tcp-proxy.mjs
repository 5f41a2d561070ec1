import { connect, createServer } from 'node:net';

/** A connection is thought about so often: each time some fault may befall it. */
const LOOK_EVERY_MS = 250;
const MIX = { pause: 50, cut: 35, 'half open': 15 };
const FAULT_RATE = 0.004;

/** Stands before a server that speaks anything at all: holds connections up, cuts them, or leaves them half open. */
export class TcpProxy {
  #server;
  #pairs = new Set();
  #clock;
  #calm = false;
  #darkUntil = 0;

  /** @param {{ name: string, port: number, dice: object, chronicle: object, patienceMs: number }} options */
  constructor(options) {
    this.options = options;
    this.#server = createServer((client) => this.#accept(client));
    this.#clock = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
  }

  /** Cuts everything, and lets nothing through for so long. */
  darken(ms) {
    this.#darkUntil = performance.now() + ms;
    for (const pair of [...this.#pairs]) this.#cut(pair);
  }

  /** Faults are over: what is held up goes on, what is half open is found out about at last. */
  calmDown() {
    this.#calm = true;
    this.#darkUntil = 0;
    for (const pair of [...this.#pairs]) {
      if (pair.isHalfOpen) this.#cut(pair);
      else this.#release(pair);
    }
  }

  async close() {
    clearInterval(this.#clock);
    for (const pair of [...this.#pairs]) this.#cut(pair);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client) {
    if (performance.now() < this.#darkUntil) {
      client.on('error', () => {});
      client.destroy();
      return;
    }
    const server = connect(this.options.port, '127.0.0.1');
    const pair = { client, server, isHeld: false, isHalfOpen: false };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      // Half open means that neither side learns of the other's end.
      socket.once('close', () => pair.isHalfOpen || this.#cut(pair));
      socket.on('error', () => {});
    }
    client.pipe(server);
    server.pipe(client);
  }

  #look() {
    if (this.#calm) return;
    const { dice, chronicle, name, patienceMs } = this.options;
    for (const pair of [...this.#pairs]) {
      if (pair.isHeld || !dice.chance(FAULT_RATE)) continue;
      const fault = dice.weighted(MIX);
      chronicle.count(`${name}: ${fault}`);
      if (fault === 'cut') this.#cut(pair);
      else this.#hold(pair, fault === 'half open', dice.whole(patienceMs / 10, patienceMs * 2));
    }
  }

  #hold(pair, isHalfOpen, ms) {
    const { client, server } = pair;
    pair.isHeld = true;
    pair.isHalfOpen = isHalfOpen;
    client.unpipe(server);
    server.unpipe(client);
    client.pause();
    server.pause();
    // A network that forgot a connection says so when it is asked much later.
    setTimeout(() => (isHalfOpen ? this.#cut(pair) : this.#release(pair)), isHalfOpen ? ms * 5 : ms).unref();
  }

  /** Only what is held: piped twice, every byte would arrive twice, which no network does. */
  #release(pair) {
    if (!this.#pairs.has(pair) || !pair.isHeld) return;
    pair.isHeld = false;
    pair.client.pipe(pair.server);
    pair.server.pipe(pair.client);
  }

  #cut(pair) {
    this.#pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }
}
