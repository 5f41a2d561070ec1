import type { Counter } from '../counter.entity.js';
import { type Counted, PERIODS, periodName, scopesOf } from './counter-keys.js';

/** A counter by what it is about and its named period. */
export type CounterKey = Pick<Counter, 'scope' | 'event' | 'period'>;

/** A key with its name, for maps. */
export interface NamedKey extends CounterKey {
  readonly name: string;
}

const DAY_MS = 86_400_000;

/**
 * The counters that conversions of one offer, partner, event and day count in. There are a dozen for each conversion and
 * most conversions of a group share them, so they are worked out once.
 */
export class CounterCells {
  private readonly cells = new Map<string, readonly NamedKey[]>();

  of(conversion: Counted, at: number): readonly NamedKey[] {
    const { offerId, partnerId, event } = conversion;
    const name = `${offerId} ${partnerId} ${event} ${Math.floor(at / DAY_MS)}`;
    let keys = this.cells.get(name);
    if (!keys) {
      keys = keysOf(conversion, at);
      this.cells.set(name, keys);
    }
    return keys;
  }
}

export function keyName({ scope, event, period }: CounterKey): string {
  return `${scope} ${event} ${period}`;
}

function keysOf(conversion: Counted, at: number): NamedKey[] {
  const periods = PERIODS.map((period) => periodName(period, at));
  return scopesOf(conversion).flatMap((scope) =>
    periods.map((period) => {
      const key = { ...scope, period };
      return { ...key, name: keyName(key) };
    }),
  );
}
