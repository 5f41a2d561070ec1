import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../storage/clock.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../../tracker.options.js';
import { parseRate } from './exact-amount.js';

/** How long a rate is used before the provider is asked again. */
const RATE_AGE_MS = 600_000;
/** How long the provider is not asked again for a rate it does not know. */
const UNKNOWN_AGE_MS = 60_000;
/** Currencies times days that are kept. */
const MAX_KEPT = 1_000;
const PROVIDER_TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;

/** What is known of a rate; `failed` means that asking again may help. */
export type RateAnswer =
  | { readonly known: 'rate'; readonly rate: string }
  | { readonly known: 'none' | 'no_provider' | 'failed' };

interface Kept {
  readonly answer: Promise<RateAnswer>;
  until: number;
}

/** Rates of the host's provider, kept for a bounded time. */
@Injectable()
export class ExchangeRates {
  private readonly logger = new Logger(ExchangeRates.name);
  private readonly kept = new Map<string, Kept>();

  constructor(
    @Inject(TRACKER_OPTIONS) private readonly options: Pick<TrackerOptions, 'rates'>,
    private readonly clock: Clock,
  ) {}

  /** The rate on the UTC day of a moment, in epoch milliseconds. Never rejects. */
  rate(from: string, to: string, at: number): Promise<RateAnswer> {
    if (!this.options.rates) return Promise.resolve({ known: 'no_provider' });
    const key = `${from}>${to}@${Math.floor(at / DAY_MS)}`;
    const kept = this.kept.get(key);
    if (kept && this.clock.now() < kept.until) return kept.answer;
    const entry: Kept = { answer: this.ask(from, to, at), until: Number.POSITIVE_INFINITY };
    this.keep(key, entry);
    return entry.answer.then((answer) => {
      if (answer.known === 'failed') this.forget(key, entry);
      else entry.until = this.clock.now() + (answer.known === 'rate' ? RATE_AGE_MS : UNKNOWN_AGE_MS);
      return answer;
    });
  }

  private async ask(from: string, to: string, at: number): Promise<RateAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const late = () => reject(new Error(`no answer within ${PROVIDER_TIMEOUT_MS / 1000} seconds`));
      timer = setTimeout(late, PROVIDER_TIMEOUT_MS);
    });
    try {
      const asked = (async () => this.options.rates?.rate(from, to, new Date(at)))();
      const rate = await Promise.race([asked, tooLate]);
      if (rate === undefined || rate === null) return { known: 'none' };
      parseRate(rate);
      return { known: 'rate', rate };
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.logger.error(`The rates provider gave no rate from ${from} to ${to}: ${said}`);
      return { known: 'failed' };
    } finally {
      clearTimeout(timer);
    }
  }

  private keep(key: string, entry: Kept): void {
    this.kept.delete(key);
    this.kept.set(key, entry);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }

  private forget(key: string, entry: Kept): void {
    if (this.kept.get(key) === entry) this.kept.delete(key);
  }
}
