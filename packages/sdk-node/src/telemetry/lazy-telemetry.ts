import { OpenTelemetry } from './open-telemetry.js';
import type { Accepted, Attempted, Telemetry } from './telemetry.js';

/** OpenTelemetry when its API is installed, nothing otherwise. Loaded at first use, not at import. */
export class LazyTelemetry implements Telemetry {
  #loading: Promise<void> | undefined;
  #telemetry: Telemetry | undefined;

  constructor(
    private readonly wanted: boolean,
    private readonly onError: (error: unknown) => void,
  ) {}

  get active(): boolean {
    try {
      return this.#telemetry?.active ?? false;
    } catch (error) {
      this.onError(error);
      return false;
    }
  }

  /** Never rejects. */
  load(): Promise<void> {
    this.#loading ??= this.wanted ? this.#load() : Promise.resolve();
    return this.#loading;
  }

  accepted(accepted: Accepted): void {
    this.#safely((telemetry) => telemetry.accepted(accepted));
  }

  attempted(attempted: Attempted): void {
    this.#safely((telemetry) => telemetry.attempted(attempted));
  }

  async #load(): Promise<void> {
    try {
      this.#telemetry = new OpenTelemetry(await import('@opentelemetry/api'));
    } catch (error) {
      const { code } = error as { code?: unknown };
      // Not installed: the host does not use it.
      if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') this.onError(error);
    }
  }

  /** Watching must not break deliveries. */
  #safely(tell: (telemetry: Telemetry) => void): void {
    if (!this.#telemetry) return;
    try {
      tell(this.#telemetry);
    } catch (error) {
      this.onError(error);
    }
  }
}
