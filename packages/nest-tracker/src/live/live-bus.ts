import type { LiveEvent } from './live-event.js';

/** Brings events from the process where they happened to every process on the same database. */
export interface LiveBus {
  /**
   * Tells everybody; never waits and never throws, because what is told has been committed already.
   *
   * @param make Makes the event; called only when somebody may want to be told of it. Its failures are its own affair.
   */
  publish(make: () => Promise<LiveEvent | undefined>): void;
  /** Resolves when everything that is published from now on arrives. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** Who is told by a bus. */
export interface LiveListener {
  /** Whether anybody in this process wants to be told. */
  readonly isWanted: () => boolean;
  /** In one order for everybody. */
  readonly arrived: (event: LiveEvent) => void;
  /** Events may have been missed; `listen()` has to be called again. */
  readonly broken: () => void;
}

/** SQLite has one process: what it publishes has arrived. */
export class ProcessBus implements LiveBus {
  constructor(private readonly listener: LiveListener) {}

  publish(make: () => Promise<LiveEvent | undefined>): void {
    if (!this.listener.isWanted()) return;
    make().then(
      (event) => event && this.listener.arrived(event),
      () => undefined,
    );
  }

  async listen(): Promise<void> {
    // Nothing to wait for.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
