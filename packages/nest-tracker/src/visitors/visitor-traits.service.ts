import { Inject, Injectable, Logger } from '@nestjs/common';
import { recentAnswers } from '../clicks/recent-answers.js';
import { plainAddress } from '../postbacks/senders/plain-address.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { GeoResolver } from './geo-resolver.js';
import { readUserAgent, type UserAgentTraits } from './read-user-agent.js';

const COUNTRY = /^[A-Z]{2}$/;
/** A resolver that always fails would fill the log. */
const COMPLAIN_EVERY_MS = 60_000;

const traitsOf = recentAnswers(4096, readUserAgent);
const UNKNOWN: UserAgentTraits = { robot: true, device: null, os: null, browser: null };

/** What can be told of a visitor from address and user agent, without keeping either. */
@Injectable()
export class VisitorTraits {
  private readonly logger = new Logger(VisitorTraits.name);
  private complainedAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(GeoResolver) private readonly geo: GeoResolver | null,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  /** Device, system, browser and whether it is a robot; remembered for the user agents seen most recently. */
  ofUserAgent(userAgent: string | undefined): UserAgentTraits {
    return userAgent ? traitsOf(userAgent) : UNKNOWN;
  }

  /** The country of an address, or null. */
  countryOf(ip: string | undefined): string | null {
    const { geo } = this;
    const address = geo && plainAddress(ip);
    if (!geo || !address) return null;
    const country = this.guarded('The GeoResolver', () => geo.resolve(address)?.country);
    return typeof country === 'string' && COUNTRY.test(country) ? country : null;
  }

  /** Whether the address is one of a data centre, where no people live. */
  isDataCentre(ip: string | undefined): boolean {
    const { isDataCentre } = this.options;
    const address = isDataCentre && plainAddress(ip);
    return address ? this.guarded('The option isDataCentre', () => isDataCentre(address)) === true : false;
  }

  /** A visitor is sent on whatever becomes of the host's code. */
  private guarded<T>(what: string, ask: () => T): T | undefined {
    try {
      return ask();
    } catch (error) {
      if (performance.now() - this.complainedAt > COMPLAIN_EVERY_MS) {
        this.complainedAt = performance.now();
        // The message might name the address.
        this.logger.error(
          `${what} threw ${error instanceof Error ? error.name : typeof error}; clicks go on without it.`,
        );
      }
      return undefined;
    }
  }
}
