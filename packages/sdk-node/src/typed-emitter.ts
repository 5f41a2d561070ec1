import { guarded } from './guarded.js';

export type Listener<Payload> = (payload: Payload) => void;

/** A small typed emitter whose listeners cannot break what emits: what they throw goes to `onError`. */
export class TypedEmitter<Events extends Record<string, unknown>> {
  /** Per event, each listener and whether it is called once only; replaced at every change, so that a round sees one state. */
  readonly #listeners = new Map<keyof Events, ReadonlyMap<Listener<never>, boolean>>();

  constructor(private readonly onError: (error: unknown, event: string) => void) {}

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    this.#add(name, listener, false);
  }

  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    this.#add(name, listener, true);
  }

  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    const rest = new Map(this.#listeners.get(name));
    if (rest.delete(listener)) this.#listeners.set(name, rest);
  }

  /** The payload is only made when someone listens. */
  emit<Name extends keyof Events & string>(name: Name, payload: () => Events[Name]): void {
    const listeners = this.#listeners.get(name);
    if (!listeners || listeners.size === 0) return;
    const made = payload();
    for (const [listener, once] of listeners) {
      if (once) this.off(name, listener as Listener<Events[Name]>);
      this.#call(listener as Listener<Events[Name]>, made, name);
    }
  }

  #add<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>, once: boolean): void {
    this.#listeners.set(name, new Map(this.#listeners.get(name)).set(listener, once));
  }

  #call<Payload>(listener: Listener<Payload>, payload: Payload, name: string): void {
    guarded(
      () => listener(payload),
      (error) => this.onError(error, name),
    );
  }
}
