/** Some of what is too old could not be removed; everything else has been. */
export class SweepError extends AggregateError {
  override readonly name = 'SweepError';

  /** @param failures What could not be removed, in words, and why. */
  constructor(failures: readonly (readonly [string, Error])[]) {
    const told = failures.map(([what, error]) => `${what} (${error.name}: ${error.message})`);
    super(
      failures.map(([, error]) => error),
      `What is too old could not be removed of ${told.join('; ')}. It will be tried again within the hour; all else is removed.`,
    );
  }
}

/** One round of removals, of which none is kept from its work by another that fails. */
export class Sweep {
  private readonly failures: (readonly [string, Error])[] = [];

  /** @param onFailure Told of which table something could not be removed, as soon as that is known. */
  constructor(private readonly onFailure: (table: string) => void) {}

  /**
   * @param part Which part of the table the work is about, in words.
   * @returns what the work says, or 0 when it fails.
   */
  async step(table: string, work: () => Promise<number>, part = ''): Promise<number> {
    try {
      return await work();
    } catch (error) {
      this.failures.push([`${table}${part}`, error as Error]);
      this.onFailure(table);
      return 0;
    }
  }

  /** @throws SweepError when a step has failed. */
  end(): void {
    if (this.failures.length > 0) throw new SweepError(this.failures);
  }
}
