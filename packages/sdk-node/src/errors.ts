import type { Fault } from '@tallyback/protocol';

/** The options given to `new Tallyback()`, a queue, a destination or a call cannot work. Thrown at once, never later. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration_invalid';

  /**
   * @param option path of the option to blame, e.g. `destinations.house.secret`
   * @param detail what is wrong and what to do; never contains a secret
   */
  constructor(
    readonly option: string,
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${option}: ${detail}`, options);
  }
}

/** The conversion breaks the message rules; nothing was stored. Carries every fault at once. */
export class InvalidConversionError extends Error {
  override readonly name = 'InvalidConversionError';
  readonly code = 'invalid_conversion';

  constructor(readonly faults: readonly Fault[]) {
    super(`The conversion was not stored: ${faults.map(describe).join('; ')}`);
  }
}

/** Nothing could be stored (or read): disk full, file not writable, database damaged, queue closed. `cause` has the reason. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  readonly code = 'queue_unavailable';
}

function describe(fault: Fault): string {
  return fault.field === '' ? fault.detail : `${fault.field}: ${fault.detail}`;
}

/** @internal Any failure of a queue as the one error type that callers are promised. */
export function asQueueUnavailable(error: unknown, doing: string): QueueUnavailableError {
  if (error instanceof QueueUnavailableError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new QueueUnavailableError(`${doing}: ${reason}`, { cause: error });
}
