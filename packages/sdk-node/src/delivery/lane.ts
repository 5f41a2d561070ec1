import type { ClaimedDelivery } from '../queue/queue.js';
import { attempt, type Ended } from './attempt.js';
import { backoff } from './backoff.js';
import { type BreakerState, CircuitBreaker, type Pass } from './circuit-breaker.js';
import type { LaneContext } from './lane-context.js';
import { Settling } from './settling.js';
import { TokenBucket } from './token-bucket.js';
import { Transport } from './transport.js';
import { WakeTimer } from './wake-timer.js';

/** What an extended or fresh lease must still cover beyond the attempt itself: settling it. */
export const LEASE_MARGIN_MS = 5_000;
/** While something is in flight, other work (a retry, a released successor) is looked for this often. */
const RECHECK_MS = 1_000;
/** Rows that another process left behind are found this late at most. */
const POLL_MS = 30_000;

interface Held {
  readonly delivery: ClaimedDelivery;
  readonly leaseUntil: number;
}

/** The way to one destination: claims ahead, keeps its number of requests running, settles. Knows no other lane. */
export class Lane {
  readonly #concurrency: number;
  readonly #transport: Transport;
  readonly #breaker: CircuitBreaker;
  readonly #bucket: TokenBucket;
  readonly #stopping = new AbortController();
  readonly #settling: Settling;
  #ready: Held[] = [];
  #active = 0;
  #claiming = false;
  /** There may be more to claim. */
  #more = false;
  #failures = 0;
  /** What the log was told last of the queue; it would be the same at every try. */
  #trouble: string | undefined;
  readonly #timer = new WakeTimer(() => this.wake());
  /** Set while the rate limit holds back what is claimed. */
  #pause: NodeJS.Timeout | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(private readonly context: LaneContext) {
    const { name, emitter, logger, attemptTimeoutMs } = context;
    const { concurrency = 16, ratePerSecond, burst, breaker, addressPolicy } = context.destination;
    this.#concurrency = concurrency;
    this.#transport = new Transport(concurrency, attemptTimeoutMs, addressPolicy);
    this.#bucket = new TokenBucket(ratePerSecond, burst);
    const settled = () => {
      this.#afterWork();
      this.#drive();
    };
    this.#settling = new Settling(context, this.#stopping.signal, settled, (error) => this.#log(error));
    const told = (state: BreakerState, at?: number) => {
      const until = at === undefined ? {} : { until: new Date(at) };
      if (until.until)
        logger.warn(`${name}: every attempt fails; the next one is made after ${until.until.toISOString()}`);
      else
        logger.info(
          state === 'closed' ? `${name}: works again` : `${name}: one delivery probes whether it works again`,
        );
      emitter.emit('breaker', () => ({ destination: name, state, ...until }));
    };
    this.#breaker = context.breaker ?? new CircuitBreaker(breaker, told);
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  get idle(): boolean {
    return !this.#claiming && !this.#more && this.#held === 0 && this.#settling.running === 0;
  }

  /** Looks for due deliveries now. */
  wake(): void {
    if (this.#stopped) return;
    this.#more = true;
    this.#drive();
  }

  whenIdle(): Promise<void> {
    return this.idle ? Promise.resolve() : new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Cuts off what runs and hands all leases back; resolves when that is written. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer.clear();
    clearTimeout(this.#pause);
    this.#more = false;
    this.#putBack();
    await this.#transport.stop();
    this.#drive();
    await this.whenIdle();
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /**
   * How many are claimed at once: enough ahead that requests never wait for a claim (2 instead of 4 cost a fifth), and no
   * more than the rate limit lets go within half of their lease.
   */
  get #most(): number {
    const byRate = Math.floor((this.#bucket.perSecond * this.context.leaseMs) / 2_000);
    return Math.max(1, Math.min(4 * this.#concurrency, byRate));
  }

  get #held(): number {
    return this.#ready.length + this.#active;
  }

  /** Starts what can start. Called after every change. */
  #drive(): void {
    while (this.#active < this.#concurrency && this.#ready.length > 0) if (!this.#begin()) break;
    // In batches of at least half of what may be held, so that a claim is rare beside the requests.
    if (this.#more && !this.#claiming && !this.#stopped && 2 * this.#held <= this.#most) this.#look();
    if (this.idle) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  /** Begins one attempt, unless the rate limit or the breaker holds it back. */
  #begin(): boolean {
    const now = this.context.now();
    const wait = this.#bucket.waitMs(now);
    if (wait > 0) {
      this.#pause ??= setTimeout(() => {
        this.#pause = undefined;
        this.#drive();
      }, wait).unref();
      return false;
    }
    const pass = this.#breaker.enter(now);
    const next = pass && this.#ready.shift();
    if (!next) {
      // Other processes may be luckier, and the next probe is claimed by itself.
      this.#putBack();
      return false;
    }
    this.#bucket.take();
    this.#active += 1;
    this.#own(this.#deliver(next, pass));
    return true;
  }

  /** Claims what the breaker has room for. */
  #look(): void {
    const now = this.context.now();
    const room = Math.min(this.#most - this.#held, this.#breaker.room(now));
    if (room > 0) {
      this.#own(this.#claim(room));
    } else {
      this.#more = false;
      const wait = this.#breaker.waitMs(now);
      if (wait !== undefined) this.#wakeIn(wait);
    }
  }

  async #claim(limit: number): Promise<void> {
    const { queue, name, leaseMs, now } = this.context;
    this.#claiming = true;
    this.#more = false;
    try {
      const at = now();
      const claimed = await queue.claim({ destination: name, limit, leaseMs, now: at });
      this.#recovered();
      if (this.#stopped) {
        this.#release(claimed);
      } else {
        for (const delivery of claimed) this.#ready.push({ delivery, leaseUntil: at + leaseMs });
        if (claimed.length === limit) this.#more = true;
        else if (this.#held > 0) this.#wakeIn(RECHECK_MS);
        else await this.#wakeWhenDue();
      }
    } catch (error) {
      this.#troubled(error);
    } finally {
      this.#claiming = false;
    }
    this.#drive();
  }

  async #wakeWhenDue(): Promise<void> {
    const { queue, name, now } = this.context;
    const due = await queue.nextDue([name]);
    this.#wakeIn(due === undefined ? POLL_MS : Math.min(Math.max(due - now(), 0), POLL_MS));
  }

  #wakeIn(delayMs: number): void {
    if (!this.#stopped && this.context.background) this.#timer.in(delayMs);
  }

  async #deliver(held: Held, pass: Pass): Promise<void> {
    let ended: Ended | undefined;
    try {
      if (this.#lasts(held) || (await this.#extended(held)))
        ended = await attempt(held.delivery, this.context, this.#transport);
    } catch (error) {
      // Unsettled: its lease runs out and it is claimed again.
      this.#log(error);
    }
    this.#active -= 1;
    this.#judge(pass, ended?.works);
    if (ended) this.#settling.settle(ended.settlement, ended.report);
    else this.#afterWork();
    this.#drive();
  }

  #judge(pass: Pass, works: boolean | undefined): void {
    const before = this.#breaker.state;
    if (works === undefined) this.#breaker.left(pass);
    else if (works) this.#breaker.succeeded();
    else this.#breaker.failed(pass, this.context.now());
    // There may be room again, or a time to wait for.
    if ((pass.probe || before !== this.#breaker.state) && !this.#stopped) this.#more = true;
  }

  /** A delivery may have waited behind slow ones; its lease must outlast the attempt. */
  #lasts({ leaseUntil }: Held): boolean {
    const { attemptTimeoutMs, now } = this.context;
    return leaseUntil - now() >= attemptTimeoutMs + LEASE_MARGIN_MS;
  }

  async #extended({ delivery }: Held): Promise<boolean> {
    const { queue, leaseMs, now } = this.context;
    const [ours] = await queue.extend([delivery], now() + leaseMs);
    return ours === true;
  }

  #afterWork(): void {
    // What was just delivered may have released a successor, and a retry may be due sooner than anything known.
    if (this.#held === 0 && this.#settling.running === 0 && !this.#stopped) this.#more = true;
  }

  #putBack(): void {
    this.#release(this.#ready.splice(0).map(({ delivery }) => delivery));
  }

  #release(deliveries: readonly ClaimedDelivery[]): void {
    for (const { seq, id, fence } of deliveries) {
      this.#settling.settle({ seq, id, fence, outcome: 'release' }, () => {});
    }
  }

  #troubled(error: unknown): void {
    this.#failures += 1;
    this.#log(error);
    this.#wakeIn(backoff(this.#failures));
  }

  #recovered(): void {
    this.#trouble = undefined;
    if (this.#failures === 0) return;
    const tries = this.#failures === 1 ? 'one try' : `${this.#failures} tries`;
    this.#failures = 0;
    this.context.logger.info(`${this.context.name}: the queue can be read again, after ${tries} that failed`);
  }

  #log(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    this.context.logger.error(`${this.context.name}: delivery waits for the queue: ${reason}`);
  }

  /** Every promise started here has this owner. */
  #own(work: Promise<void>): void {
    work.catch((error: unknown) => this.#log(error));
  }
}
