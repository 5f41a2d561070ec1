import { percentEncode } from '@tallyback/protocol';
import type { Destination } from '../destination.js';
import { type AdConversion, pieces } from './ad-conversion.js';
import { adDestination } from './ad-destination.js';
import { type AdPlatformOptions, checkAdOptions } from './ad-options.js';
import { TABOOLA_ANSWERS } from './answers.js';

// The currencies that Taboola documents.
const CURRENCIES = new Set('AUD BRL CAD CNY EUR GBP HKD ILS INR JPY KRW MXN NZD RUB SGD THB TRY USD ZAR'.split(' '));

/** @internal Query of the server-to-server postback, or why there is none. */
export function taboolaQuery({
  event,
  data,
  clickIds,
}: AdConversion): { query: string } | { skip: string } | { dead: string } {
  const clickId = clickIds.tblci ?? clickIds['click-id'] ?? clickIds.taboola_click_id;
  if (clickId === undefined) return { skip: 'there is no Taboola click id (tblci): the click came from elsewhere' };
  const { revenue, currency } = data;
  if (revenue !== undefined && currency !== undefined && !CURRENCIES.has(currency)) {
    return { dead: `Taboola does not take amounts in ${currency}; convert them with the option \`map\`` };
  }
  const parameters: [string, string | undefined][] = [
    ['click-id', clickId],
    ['name', event],
    ['revenue', revenue],
    ['currency', revenue === undefined ? undefined : currency],
    ['orderid', data.transactionId],
    ['quantity', pieces(data.items)?.toString()],
  ];
  const given = parameters.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { query: given.map(([name, value]) => `${name}=${percentEncode(value)}`).join('&') };
}

/**
 * Taboola server-to-server conversions: `GET trc.taboola.com/actions-handler/log/3/s2s-action`, without credentials. The
 * event is sent under our own name unless `events` has the (case-sensitive) event name of Realize.
 *
 * Needs the click id that Taboola appended to the landing URL, as `tblci`; a conversion without one is not for Taboola.
 *
 * Source: developers.taboola.com. Unverified: whether a repeated `orderid` is counted twice.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function taboola(options: AdPlatformOptions = {}): Destination {
  checkAdOptions('taboola', options, {});
  return adDestination(
    {
      kind: 'taboola',
      title: 'Taboola',
      baseUrl: 'https://trc.taboola.com',
      events: {},
      otherEvent: (event) => event,
      secrets: [],
      answers: TABOOLA_ANSWERS,
      prepare(conversion) {
        const result = taboolaQuery(conversion);
        return 'query' in result ? result.query : result;
      },
      request: async (query) => ({ method: 'GET', path: `/actions-handler/log/3/s2s-action?${query}`, headers: {} }),
    },
    options,
  );
}
