import { createHmac, hash, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { recentAnswers } from '../clicks/recent-answers.js';
import { Clock } from '../storage/clock.js';
import { Setting } from '../storage/setting.entity.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { DayKey, dayOf } from './day-key.js';
import { keepIp } from './keep-ip.js';
import { keepUserAgent } from './keep-user-agent.js';

const SETTING = 'day_key';
const MIN_HASH_KEY = 32;
/** Characters of base64: 132 bits. */
const DIGEST_LENGTH = 22;

/** What of a visitor is stored: address, user agent and the hash by which unique visitors are counted. */
@Injectable()
export class VisitorPrivacy implements OnModuleInit {
  private dayKey: DayKey;
  private today: number | undefined;
  private todaysKey: string;
  /** A few user agents make up most of the traffic. */
  private readonly reduced = recentAnswers(4096, (userAgent) => keepUserAgent(userAgent, 'truncate', this.hash) ?? '');

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  async onModuleInit(): Promise<void> {
    const { hashKey } = this.options;
    if (hashKey !== undefined && hashKey.length < MIN_HASH_KEY) {
      throw new Error(
        `TrackerModule: hashKey must have ${MIN_HASH_KEY} characters or more; a short one can be guessed.`,
      );
    }
    await this.forgetPastDays();
  }

  /** The address as the option `keepIp` wants it. */
  keepIp(ip: string | undefined): string | null {
    return keepIp(ip, this.options.keepIp ?? 'truncate', this.hash);
  }

  /** The user agent as the option `keepUserAgent` wants it. */
  keepUserAgent(userAgent: string | undefined): string | null {
    const keep = this.options.keepUserAgent ?? 'truncate';
    if (keep === 'truncate' && userAgent) return this.reduced(userAgent) || null;
    return keepUserAgent(userAgent, keep, this.hash);
  }

  /**
   * What unique visitors are counted by: a keyed hash of address and user agent that changes every UTC day, so that nobody
   * can be followed from one day to the next, nor be found from the stored value once the day's key is gone.
   */
  visitor(ip: string | undefined, userAgent: string | undefined): string {
    return this.ofToday(`visitor\n${ip ?? ''}\n${userAgent ?? ''}`);
  }

  /** Removes the keys of days that are over from the database. */
  async forgetPastDays(): Promise<void> {
    const today = dayOf(this.clock.now());
    const fresh = new DayKey(today, randomBytes(32)).toString();
    const known = await this.storage.transaction(async (manager) => {
      const settings = manager.getRepository(Setting);
      const values = { name: SETTING, value: fresh };
      await settings.createQueryBuilder().insert().values(values).orIgnore().updateEntity(false).execute();
      const { value } = await settings.findOneByOrFail({ name: SETTING });
      const key = DayKey.parse(value);
      key.of(today);
      // Only over what was read: another process may have come further.
      if (key.toString() !== value) await settings.update({ name: SETTING, value }, { value: key.toString() });
      return key;
    });
    this.dayKey = known;
    this.today = undefined;
  }

  private readonly hash = (text: string): string => {
    const { hashKey } = this.options;
    return `hash:${hashKey === undefined ? this.ofToday(text) : digest(hashKey, text)}`;
  };

  private ofToday(text: string): string {
    const today = dayOf(this.clock.now());
    if (today !== this.today) [this.today, this.todaysKey] = [today, this.dayKey.of(today).toString('base64')];
    // The key is 32 random bytes in front of the text, and of the digest a part stays: as good as an HMAC, for a third of
    // the time, and every click asks.
    return hash('sha256', `${this.todaysKey}\n${today}\n${text}`, 'base64url').slice(0, DIGEST_LENGTH);
  }
}

function digest(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, DIGEST_LENGTH);
}
