const RETRY_MS = 1_000;

/**
 * Work that is done ahead while what it replaces still serves: once at a time, and after it has failed not again within a
 * second. Every request asks for it; a database that is away must not be asked, and the log not be told, by each of them.
 */
export class BackgroundRefresh {
  private running = false;
  private notBefore = Number.NEGATIVE_INFINITY;

  /**
   * @param onFailure Told why it failed, once for each attempt.
   * @param now A clock that is never set, in milliseconds.
   */
  constructor(
    private readonly onFailure: (error: Error) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  begin(work: () => Promise<unknown>): void {
    if (this.running || this.now() < this.notBefore) return;
    this.running = true;
    work()
      .catch((error: Error) => {
        this.notBefore = this.now() + RETRY_MS;
        this.onFailure(error);
      })
      .finally(() => {
        this.running = false;
      });
  }
}
