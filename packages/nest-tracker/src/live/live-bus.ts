import type { LiveEvent } from './live-event.js';

/** Brings events from the process where they happened to every process on the same database. */
export interface LiveBus {
  /** Tells everybody; never waits and never throws, because what is told has been committed already. */
  publish(event: LiveEvent): void;
  /** Resolves when everything that is published from now on arrives. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** Who is told by a bus. */
export interface LiveListener {
  /** In one order for everybody. */
  readonly arrived: (event: LiveEvent) => void;
  /** Events may have been missed; `listen()` has to be called again. */
  readonly broken: () => void;
}

/** SQLite has one process: what it publishes has arrived. */
export class ProcessBus implements LiveBus {
  constructor(private readonly listener: LiveListener) {}

  publish(event: LiveEvent): void {
    this.listener.arrived(event);
  }

  async listen(): Promise<void> {
    // Nothing to wait for.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
