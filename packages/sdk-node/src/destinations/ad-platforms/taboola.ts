import { percentEncode } from '@tallyback/protocol';
import { type AdConversion, pieces } from './ad-conversion.js';

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
