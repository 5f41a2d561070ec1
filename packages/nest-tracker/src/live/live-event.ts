import { toMoneyJson } from '@tallyback/protocol';
import type { Settled } from '@tallyback/sdk-node/outbox';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Click } from '../clicks/click.entity.js';
import type { ConversionEvent } from '../events/tracker-events.js';
import type { InboundPostback } from '../postbacks/inbound-postback.entity.js';

export const LIVE_TYPES = ['click', 'conversion', 'postback'] as const;
export type LiveType = (typeof LIVE_TYPES)[number];

/** Something that has happened, as it is told to people who watch: catalog keys, no addresses, nothing of a visitor. */
export interface LiveEvent {
  /** A ULID; the same for everybody who is told of it. */
  readonly id: string;
  readonly type: LiveType;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What an event says, without its id. */
export type LiveContent = Omit<LiveEvent, 'id'>;

export function clickContent(click: Click, catalog: CatalogSnapshot): LiveContent {
  const { id, at, kind, bot } = click;
  return { type: 'click', data: { id, at: new Date(at).toISOString(), kind, bot, ...catalog.keysOf(click) } };
}

export function conversionContent({ outcome, conversion }: ConversionEvent, catalog: CatalogSnapshot): LiveContent {
  const { id, event, transactionId, clickId, status, currency, revenue, payout, updatedAt } = conversion;
  const money = (minor: bigint) => (currency ? toMoneyJson({ minor, currency }) : null);
  return {
    type: 'conversion',
    data: {
      id,
      at: new Date(updatedAt).toISOString(),
      outcome,
      event,
      transactionId,
      clickId,
      status,
      revenue: money(revenue),
      payout: money(payout),
      ...catalog.keysOf(conversion),
    },
  };
}

export function postbackContent(row: InboundPostback): LiveContent {
  const { id, receivedAt, outcome, reason, status, advertiser, campaign, clickId, transactionId, conversionId } = row;
  return {
    type: 'postback',
    data: {
      id,
      at: new Date(receivedAt).toISOString(),
      direction: 'in',
      outcome,
      reason,
      status,
      advertiser,
      campaign,
      clickId,
      transactionId,
      conversionId,
    },
  };
}

/** An attempt to tell a partner; its whole story is in the outbound log under the same id. */
export function partnerPostbackContent({ id, outcome, attempt, status }: Settled, now: number): LiveContent {
  const at = new Date(now).toISOString();
  return { type: 'postback', data: { id, at, direction: 'out', outcome, attempt, status: status ?? null } };
}
