import { sleep, until } from '../lib/waiting.mjs';

/** How long a server may take to close its sessions and write its last checkpoint. */
const END_WITHIN_MS = 30_000;

/** Strikes a PostgreSQL server. One thing at a time: it cannot be stopped while it starts. */
export class DatabaseKiller {
  #database;
  #last = Promise.resolve();
  #stopping;

  /**
   * @param {{ server: object, query: (sql: string) => Promise<object[]> }} database
   * @param {AbortSignal} stopping what has not begun by then is left
   */
  constructor(database, stopping) {
    this.#database = database;
    this.#stopping = stopping;
  }

  /** @param {(what: string) => void} note told of what is done, when it is */
  strike(fault, note) {
    const turn = this.#last.then(() => (this.#stopping.aborted ? undefined : this.#strikeNow(fault, note)));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #strikeNow({ event, ms, downMs }, note) {
    const { server } = this.#database;
    if (event === 'kill a database session') return this.#killSession(note);
    if (event === 'freeze database') {
      // Its postmaster: sessions go on, and nobody new comes in.
      note(`the database takes no new connections for ${ms} ms`);
      const { pid } = server;
      process.kill(pid, 'SIGSTOP');
      await sleep(ms);
      process.kill(pid, 'SIGCONT');
      return;
    }
    const signal = event === 'crash database' ? 'SIGKILL' : 'SIGINT';
    note(`${signal} of the database, which is away for ${downMs} ms and more`);
    await this.#end(signal, note);
    await sleep(downMs);
    await until(() => server.again().then(() => true), { what: 'the start of the database', withinMs: 60_000 });
  }

  /** As a service manager does: what does not end in time when asked is killed. */
  async #end(signal, note) {
    const { server } = this.#database;
    const ended = server.end(signal);
    const hasEnded = await Promise.race([ended.then(() => true), sleep(END_WITHIN_MS, false, { ref: false })]);
    if (hasEnded) return;
    note(`SIGKILL of the database, which had not ended ${END_WITHIN_MS / 1000} s after ${signal}`);
    await server.end('SIGKILL');
  }

  async #killSession(note) {
    const asked = this.#database.query(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'tallyback' ORDER BY backend_start LIMIT 1",
    );
    // It may still be recovering from the last time.
    const [session] = await asked.catch(() => []);
    if (!session) return;
    note('SIGKILL of a session of the database, which therefore restarts');
    process.kill(session.pid, 'SIGKILL');
  }
}
