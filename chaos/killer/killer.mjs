import { sleep } from '../lib/waiting.mjs';
import { DatabaseKiller } from './database-killer.mjs';

/** Carries out the plan of faults. */
export class Killer {
  #world;
  #chronicle;
  #database;
  #stopping = new AbortController();
  #running = new Set();
  #failure;

  constructor(world, chronicle) {
    this.#world = world;
    this.#chronicle = chronicle;
    this.#database = new DatabaseKiller(world.database, this.#stopping.signal);
  }

  /** Resolves when the last fault has begun, or {@link stop} was called. */
  async carryOut(plan) {
    const begin = performance.now();
    for (const fault of plan) {
      const wait = begin + fault.at * 1000 - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      const done = this.#strike(fault)
        .catch((error) => {
          this.#failure ??= error;
        })
        .finally(() => this.#running.delete(done));
      this.#running.add(done);
    }
  }

  /** No more faults; resolves when those that were going on are over. */
  async stop() {
    this.#stopping.abort();
    await Promise.all(this.#running);
    if (this.#failure) throw this.#failure;
  }

  async #strike(fault) {
    const { event, pick, ms, downMs, isBold } = fault;
    const [verb] = event.split(' ');
    const subject = event.split(' ').at(-1);
    const actor = this.#actorOf(subject, pick);
    const note = (what) => {
      this.#chronicle.count(event);
      this.#chronicle.event(what);
    };
    if (event === 'fill disk') return this.#fillDisk(ms, note);
    if (event === 'dark line') return this.#darken(pick, ms, note);
    if (subject === 'database' || subject === 'session') return this.#database.strike(fault, note);
    if (verb === 'clock') {
      this.#world.control.setClock(actor.name, ms);
      return note(`the clock of ${actor.name} is ${ms} ms off`);
    }
    if (verb === 'freeze') {
      note(`${actor.name} stands still for ${ms} ms`);
      return actor.freeze(ms);
    }
    // One that is only starting is killed now and then; always, and a slow machine would never see it serve.
    if (!actor.isReady && !isBold) return undefined;
    if (actor.kill(downMs)) note(`SIGKILL of ${actor.name}`);
    return undefined;
  }

  #actorOf(kind, pick) {
    const all = [...this.#world.actors.values()].filter(({ name }) => name.startsWith(kind));
    return all[Math.floor(pick * all.length)];
  }

  async #fillDisk(ms, note) {
    // While nobody writes to it a full disk is none.
    await this.#world.actors.get('shop').ready();
    note(`the disk of the shop's queue is full for ${ms} ms`);
    await this.#world.quota.fill();
    await sleep(ms);
    await this.#world.quota.free();
  }

  async #darken(pick, ms, note) {
    const lines = [...this.#world.proxies, this.#world.database.proxy].filter(Boolean);
    const line = lines[Math.floor(pick * lines.length)];
    note(`nothing gets through ${line.options.name} for ${ms} ms`);
    line.darken(ms);
  }
}
