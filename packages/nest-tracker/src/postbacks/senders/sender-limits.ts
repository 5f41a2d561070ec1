import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { Reason } from '@tallyback/protocol';
import type { CatalogAdvertiser } from '../../catalog/catalog-snapshot.js';
import type { Refusal } from '../../http/problem-reply.js';
import { ipv6Groups } from '../../privacy/ipv6-groups.js';
import { Clock } from '../../storage/clock.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../../tracker.options.js';
import type { Arrival } from '../arrival.js';
import type { Reader, Reading } from '../reading.js';
import { messageFacts } from '../signed-messages.js';
import { plainAddress } from './plain-address.js';
import { type RateLimit, RateLimiter } from './rate-limiter.js';

const MAX_ADVERTISERS = 100_000;
const MAX_ADDRESSES = 10_000;
/** Of refusals by a limit, each key gets one row of the log in this time: a flood must not become a flood of writes. */
const LOG_EVERY_MS = 1_000;
/** What is said to whoever does not prove who it is. */
const UNPROVEN: ReadonlySet<Reason> = new Set([
  'unknown_advertiser',
  'signature_missing',
  'signature_invalid',
  'token_invalid',
  'ip_not_allowed',
]);

interface Sample {
  at: number;
  refused: number;
}

/** How often an advertiser may report, and how often an address may fail to prove that it is one. Both are off unless set. */
@Injectable()
export class SenderLimits {
  private readonly advertisers = new RateLimiter(MAX_ADVERTISERS);
  private readonly addresses = new RateLimiter(MAX_ADDRESSES);
  private readonly samples = new Map<string, Sample>();

  constructor(
    private readonly clock: Clock,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {
    for (const name of ['rateLimit', 'unprovenLimit'] as const) requireLimit(name, options[name]);
  }

  /** Reads a live request within the limits. What is run again or tested is not counted. */
  async read(arrival: Arrival, read: Reader): Promise<Reading> {
    if (arrival.purpose !== 'live') return read(arrival);
    const barred = this.bar(arrival);
    if (barred) return barred;
    const reading = await read(arrival);
    if (!reading.ok) this.failed(arrival, reading.refusal);
    const limited = reading.ok && this.admit(arrival, reading.intake.advertiser, 1);
    return limited ? { ...limited, facts: reading.facts } : reading;
  }

  /**
   * Bars an address that has failed too often to prove itself, before its next attempt is looked at: a right guess must
   * not be told from a wrong one.
   */
  bar(arrival: Arrival): (Reading & { ok: false }) | undefined {
    const limit = this.options.unprovenLimit;
    const key = addressKey(arrival.request.ip);
    if (!limit || key === undefined) return undefined;
    const wait = this.addresses.wait(key, limit, this.clock.now());
    return wait === 0
      ? undefined
      : this.limited(`address ${key}`, wait, 'This address has failed to prove itself too often', arrival);
  }

  /** Counts a refusal for want of proof against its address. */
  failed({ request }: Arrival, { reason }: Refusal): void {
    const limit = this.options.unprovenLimit;
    const key = addressKey(request.ip);
    if (limit && key !== undefined && UNPROVEN.has(reason)) this.addresses.count(key, limit, this.clock.now());
  }

  /** Counts the messages of a proven advertiser, or refuses them all. Only proven ones: nobody uses another's share up. */
  admit(arrival: Arrival, { row }: CatalogAdvertiser, messages: number): (Reading & { ok: false }) | undefined {
    const limit = row.rateLimit ?? this.options.rateLimit;
    if (!limit) return undefined;
    const now = this.clock.now();
    const wait = this.advertisers.wait(row.id, limit, now);
    if (wait > 0) {
      const cause = `Advertiser "${row.key}" may send ${limit.perSecond} messages a second`;
      return this.limited(`advertiser ${row.id}`, wait, cause, arrival);
    }
    this.advertisers.count(row.id, limit, now, messages);
    return undefined;
  }

  private limited(key: string, waitMs: number, cause: string, { request }: Arrival): Reading & { ok: false } {
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    const more = this.sample(key);
    const count = more ? ` ${more} more were refused since the log's row before this one.` : '';
    const detail = `${cause}. Send it again in ${retryAfterSeconds} s.${count}`;
    const refusal: Refusal = { reason: 'rate_limited', detail, retryAfterSeconds };
    return {
      ok: false,
      refusal,
      step: 'limitRate',
      facts: messageFacts(request),
      ...(more === undefined && { unlogged: true }),
    };
  }

  /** How many refusals went without a row since the last one; undefined when this one does, too. */
  private sample(key: string): number | undefined {
    const now = this.clock.now();
    const last = this.samples.get(key);
    if (last && now - last.at < LOG_EVERY_MS && now >= last.at) {
      last.refused++;
      return undefined;
    }
    this.samples.delete(key);
    this.samples.set(key, { at: now, refused: 0 });
    const [oldest] = this.samples.keys();
    if (this.samples.size > MAX_ADDRESSES && oldest !== undefined) this.samples.delete(oldest);
    return last?.refused ?? 0;
  }
}

/** What an address is counted by: whoever has one IPv6 address has the whole /64 that it lies in. */
export function addressKey(ip: string | undefined): string | undefined {
  const address = plainAddress(ip);
  return address !== undefined && isIPv6(address) ? ipv6Groups(address).slice(0, 4).join(':') : address;
}

/** @throws Error that names the option. */
export function requireLimit(name: string, limit: RateLimit | undefined): void {
  if (limit === undefined) return;
  const { perSecond, burst = 1 } = limit;
  if (perSecond > 0 && perSecond <= 1_000_000 && Number.isInteger(burst) && burst >= 1) return;
  throw new Error(
    `TrackerModule: ${name} must be { perSecond, burst? } with perSecond above 0 and burst a whole number.`,
  );
}
