import { sleep, until } from '../lib/waiting.mjs';

/** Carries out the plan of faults. */
export class Killer {
  #world;
  #chronicle;
  #stopping = new AbortController();
  #running = new Set();
  #failure;

  constructor(world, chronicle) {
    this.#world = world;
    this.#chronicle = chronicle;
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

  async #strike({ event, pick, ms, downMs, isBold }) {
    const [verb] = event.split(' ');
    const subject = event.split(' ').at(-1);
    const actor = this.#actorOf(subject, pick);
    const note = (what) => {
      this.#chronicle.count(event);
      this.#chronicle.event(what);
    };
    if (event === 'fill disk') return this.#fillDisk(ms, note);
    if (event === 'dark line') return this.#darken(pick, ms, note);
    if (subject === 'database' || subject === 'session') return this.#database(event, ms, downMs, note);
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

  async #database(event, ms, downMs, note) {
    const { database } = this.#world;
    // One thing at a time: it cannot be stopped while it starts.
    const before = this.#databaseBusy ?? Promise.resolve();
    const turn = before.then(() => this.#strikeDatabase(database, event, ms, downMs, note));
    this.#databaseBusy = turn.catch(() => {});
    return turn;
  }

  #databaseBusy;

  async #strikeDatabase({ server, query }, event, ms, downMs, note) {
    if (event === 'freeze database') {
      // Its postmaster: sessions go on, and nobody new comes in.
      note(`the database takes no new connections for ${ms} ms`);
      const { pid } = server;
      process.kill(pid, 'SIGSTOP');
      await sleep(ms);
      return process.kill(pid, 'SIGCONT');
    }
    if (event === 'kill a database session') {
      const asked = query("SELECT pid FROM pg_stat_activity WHERE application_name = 'tallyback' LIMIT 1");
      // It may still be recovering from the last time.
      const rows = await asked.catch(() => []);
      if (rows.length === 0) return undefined;
      note('SIGKILL of a database session, which restarts the database');
      return process.kill(rows[0].pid, 'SIGKILL');
    }
    const signal = event === 'crash database' ? 'SIGKILL' : 'SIGINT';
    note(`${signal} of the database`);
    await server.end(signal);
    await sleep(downMs);
    await until(() => server.again().then(() => true), { what: 'the start of the database', withinMs: 60_000 });
    this.#chronicle.event('the database is back');
    return undefined;
  }
}
