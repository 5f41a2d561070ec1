import { createId } from '@tallyback/protocol';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { conversionFields } from '../conversions/conversion-fields.js';
import type { Change } from '../conversions/decision.js';
import { OutboundPostback } from '../partner-postbacks/outbound-postback.entity.js';
import type { PlannedPostback } from '../partner-postbacks/plan-postbacks.js';
import type { Webhook } from './webhook.entity.js';
import { type WebhookEvent, webhookName } from './webhook.js';

/** What is told of something that happened. */
interface Told {
  readonly event: WebhookEvent;
  readonly at: number;
  readonly data: object;
  /** The conversion that it is about, which also keeps its messages in order. */
  readonly about: { readonly id: string; readonly campaignId: string | null; readonly status: string };
}

/** The webhooks that a change of a conversion sets off, ready to be stored. */
export function webhooksOf(
  catalog: CatalogSnapshot,
  { before, after, at }: Pick<Change, 'before' | 'after' | 'at'>,
): PlannedPostback[] {
  const event = before ? 'conversion.updated' : after.offerId ? 'conversion.recorded' : 'conversion.unattributed';
  return planned(catalog, event, () => {
    const { status, revenue, payout, offer } = before ? conversionFields(before, catalog) : {};
    const data = conversionFields(after, catalog);
    return { event, at, about: after, data: before ? { ...data, previous: { status, revenue, payout, offer } } : data };
  });
}

/** The webhooks that tell of a partner's postback that was given up. */
export function deadPostbackWebhooks(
  catalog: CatalogSnapshot,
  data: { readonly id: string },
  about: Told['about'],
  at: number,
): PlannedPostback[] {
  const event = 'postback.dead';
  return planned(catalog, event, () => ({ event, at, data, about }));
}

function planned(catalog: CatalogSnapshot, event: WebhookEvent, tell: () => Told): PlannedPostback[] {
  const webhooks = catalog.webhooks.filter(({ events }) => events.includes(event));
  if (webhooks.length === 0) return [];
  const { at, data, about } = tell();
  // One message, whoever is told: the same type, time and data.
  const body = JSON.stringify({ type: event, timestamp: new Date(at).toISOString(), data });
  return webhooks.map((webhook) => message(webhook, { event, at, data, about }, body));
}

function message(webhook: Webhook, { event, at, about }: Told, body: string): PlannedPostback {
  const request = { method: 'POST', url: webhook.url, type: 'application/json', body } as const;
  const destination = webhookName(webhook);
  const row = Object.assign(new OutboundPostback(), {
    id: createId(at),
    postback: destination,
    webhook: webhook.key,
    partnerId: null,
    campaignId: about.campaignId,
    conversionId: about.id,
    event,
    status: about.status,
    cause: event === 'postback.dead' ? 'postback' : 'conversion',
    method: request.method,
    url: request.url,
    body,
    skipped: null,
    settledAt: null,
    attempts: null,
    answerStatus: null,
    answer: null,
  });
  const delivery = { id: row.id, destination, event, transactionId: about.id, body: JSON.stringify(request) };
  return { row, delivery: { ...delivery, createdAt: at } };
}
