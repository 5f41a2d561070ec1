import { nearest } from './nearest.js';

/** Macros about a click, known wherever there is a click. With `allowQueryMacros` also `query.NAME`. */
export const CLICK_MACROS: readonly string[] = [
  'clickid',
  'external_id',
  'campaign',
  'offer',
  'partner',
  ...Array.from({ length: 10 }, (_, index) => `sub${index + 1}`),
  'cost',
  'country',
  'device',
];

/** Macros about a conversion, for partner postbacks. */
export const CONVERSION_MACROS: readonly string[] = [
  'conversion_id',
  'event',
  'status',
  'transaction_id',
  'revenue',
  'payout',
  'currency',
  'timestamp',
];

const queryMacro = /^query\.[A-Za-z0-9_.~-]{1,64}$/;

// What other trackers call our values, without separators and in lower case.
const friends: ReadonlyMap<string, string> = new Map(
  Object.entries({
    clickid: 'cid subid reqid oreqid obclickid callbackparam clickuid uclick visitid',
    external_id: 'refid affclickid affsub sourceid externalclickid',
    transaction_id: 'txid txnid orderid order tid advsub conversionuniqueid',
    revenue: 'amount sum price saleamount value total',
    payout: 'payoutamount commission',
    event: 'et eventname eventid type goal goalid',
    status: 'cnvstatus conversionstatus',
    conversion_id: 'leadid actionid cnvid',
    campaign: 'campaignid campaignname',
    offer: 'offerid offername',
    partner: 'affiliateid affid publisherid',
    currency: 'cur currencycode',
    country: 'geo countrycode geocountry',
    device: 'devicetype',
    cost: 'cpc bid clickcost',
    timestamp: 'time ts conversiontime',
  }).flatMap(([ours, theirs]) => theirs.split(' ').map((name) => [name, ours] as const)),
);

const numbered = /^(?:s|sub|subid|var|affsub|token)(10|[1-9])$/;

/** Whether a name is one of `macros`, or a well-formed `query.NAME` where those are allowed. */
export function isKnownMacro(name: string, macros: ReadonlySet<string>, allowQueryMacros: boolean): boolean {
  return macros.has(name) || (allowQueryMacros && queryMacro.test(name));
}

/** Our macro for a name from another dialect (or ours in another case), when it is allowed here. */
export function equivalentMacro(name: string, macros: ReadonlySet<string>): string | undefined {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const ours = friends.get(plain) ?? numbered.exec(plain)?.[1]?.replace(/^/, 'sub');
  if (ours !== undefined && macros.has(ours)) return ours;
  for (const macro of macros) {
    if (macro.replaceAll('_', '') === plain) return macro;
  }
  return undefined;
}

/** What the author of an unknown macro most likely meant. */
export function suggestMacro(name: string, macros: ReadonlySet<string>): string | undefined {
  return equivalentMacro(name, macros) ?? nearest(name, macros);
}
