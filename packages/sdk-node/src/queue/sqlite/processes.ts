import { hostname } from 'node:os';
import type Database from 'libsql';
import { STATE } from './schema.js';

interface ProcessRecord {
  id: number;
  pid: number;
  started: number;
}

/**
 * Who works on the file. A restarted shop need not wait for the leases of the process that was killed: when that process
 * is gone from this host, what it held is due at once. A wrong guess costs one more request, which the receiver
 * recognises; a process on another host is never judged, its leases run out by themselves.
 */
export class Processes {
  /** The number under which this queue's claims are marked. */
  readonly self: number;

  constructor(
    private readonly db: Database.Database,
    started: number,
  ) {
    const host = hostname();
    for (let dead = this.#dead(host, started); dead; dead = this.#dead(host, started)) this.#forget(dead.id);
    const joined = db.prepare('INSERT INTO process (host, pid, started) VALUES (?, ?, ?)');
    this.self = Number(joined.run(host, process.pid, started).lastInsertRowid);
  }

  /** Hands back whatever this queue still holds. */
  leave(): void {
    this.#forget(this.self);
  }

  #forget(id: number): void {
    for (const table of ['delivery', 'slice']) {
      const release = `UPDATE ${table} SET due_at = created_at WHERE state = ${STATE.leased} AND owner = ?`;
      this.db.prepare(release).run(id);
    }
    this.db.prepare('DELETE FROM process WHERE id = ?').run(id);
  }

  #dead(host: string, started: number): ProcessRecord | undefined {
    const next = this.db.prepare('SELECT id, pid, started FROM process WHERE host = ? AND id > ? ORDER BY id LIMIT 1');
    let last = 0;
    for (;;) {
      const found = next.get(host, last) as ProcessRecord | undefined;
      if (!found || !isAlive(found, started)) return found;
      last = found.id;
    }
  }
}

/** In a container every start has the same pid: then the start time tells whether it is this very process. */
function isAlive({ pid, started }: ProcessRecord, ownStart: number): boolean {
  if (pid === process.pid) return started === ownStart;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
