import { EVENT_PATTERN } from '@tallyback/protocol';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { compatFaults } from '../compat/compat-settings.js';
import { type PartnerPostbackOptions, postbackFaults } from '../partner-postbacks/postback-faults.js';
import { webhookFaults } from '../webhooks/webhook-faults.js';
import { capsFaults } from './caps-faults.js';
import { DUPLICATE_POLICIES } from './catalog.js';
import { CatalogError, type CatalogFault } from './catalog-error.js';
import { CatalogSeed } from './catalog-seed.dto.js';
import { couponKey } from './coupon.js';
import { fieldFaults, listsForObjects } from './field-faults.js';
import { payoutRuleFaults } from './payout-rule-faults.js';
import { withoutNulls } from './without-nulls.js';

/**
 * Reads a catalog: every field checked, unknown fields refused, references within the catalog left to the seeder, which
 * also knows what the database holds. A field that is null takes its default.
 *
 * @param options The module's, for partner postbacks.
 * @throws CatalogError with every fault and its path.
 */
export function parseSeed(value: unknown, options?: PartnerPostbackOptions): CatalogSeed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CatalogError([
      { path: 'seed', message: 'must be an object with advertisers, offers, partners, campaigns, webhooks' },
    ]);
  }
  const given = plainToInstance(CatalogSeed, value);
  const errors = validateSync(given, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  const faults = [...listsForObjects(value), ...errors.flatMap((error) => fieldFaults(error))];
  const seed = plainToInstance(CatalogSeed, withoutNulls(value) as object);
  if (faults.length === 0)
    faults.push(
      ...compatSettingsFaults(seed),
      ...amountFaults(seed),
      ...duplicateFaults(seed),
      ...windowFaults(seed),
      ...capsFaults(seed),
      ...couponFaults(seed),
      ...keyFaults(seed),
      ...partnerPostbackFaults(seed, options),
      ...(seed.webhooks ?? []).flatMap((webhook, w) => webhookFaults(webhook, `webhooks[${w}]`, options)),
    );
  if (faults.length > 0) throw new CatalogError(faults);
  return seed;
}

function partnerPostbackFaults(
  { partners = [], campaigns = [] }: CatalogSeed,
  options?: PartnerPostbackOptions,
): CatalogFault[] {
  return [
    ...partners.flatMap(({ postbacks }, p) => postbackFaults(postbacks, `partners[${p}].postbacks`, options)),
    ...campaigns.flatMap(({ postbacks }, c) => postbackFaults(postbacks, `campaigns[${c}].postbacks`, options)),
  ];
}

function compatSettingsFaults({ advertisers = [] }: CatalogSeed): CatalogFault[] {
  return advertisers.flatMap(({ compat }, a) =>
    compat === undefined ? [] : compatFaults(compat, `advertisers[${a}].compat`),
  );
}

function amountFaults({ offers = [] }: CatalogSeed): CatalogFault[] {
  return offers.flatMap(({ payout = [], currency }, o) =>
    payout.flatMap((rule, r) => payoutRuleFaults(rule, currency, `offers[${o}].payout[${r}]`)),
  );
}

function couponFaults({ offers = [] }: CatalogSeed): CatalogFault[] {
  return offers.flatMap(({ coupons = [] }, o) => {
    const seen = new Set<string>();
    return coupons.flatMap(({ code }, c) => {
      if (seen.has(couponKey(code))) {
        return [{ path: `offers[${o}].coupons[${c}].code`, message: 'stands twice in the list' }];
      }
      seen.add(couponKey(code));
      return [];
    });
  });
}

function duplicateFaults({ offers = [] }: CatalogSeed): CatalogFault[] {
  return offers.flatMap((offer, o) =>
    Object.entries(offer.duplicates ?? {}).flatMap(([event, policy]) =>
      EVENT_PATTERN.test(event) && (DUPLICATE_POLICIES as readonly string[]).includes(policy)
        ? []
        : [
            {
              path: `offers[${o}].duplicates.${event}`,
              message: `must be an event name with one of ${DUPLICATE_POLICIES.join(', ')}`,
            },
          ],
    ),
  );
}

function windowFaults({ offers = [] }: CatalogSeed): CatalogFault[] {
  return offers.flatMap(({ window }, o) =>
    window && (window.minSeconds ?? 0) > (window.maxSeconds ?? Number.POSITIVE_INFINITY)
      ? [{ path: `offers[${o}].window.minSeconds`, message: 'must not be greater than maxSeconds' }]
      : [],
  );
}

/** The same key twice in one list would make the second silently overwrite the first. */
function keyFaults(seed: CatalogSeed): CatalogFault[] {
  return (['advertisers', 'offers', 'partners', 'campaigns', 'webhooks'] as const).flatMap((list) => {
    const seen = new Set<string>();
    return (seed[list] ?? []).flatMap(({ key }, i) => {
      if (seen.has(key)) return [{ path: `${list}[${i}].key`, message: `"${key}" stands twice in the list` }];
      seen.add(key);
      return [];
    });
  });
}
