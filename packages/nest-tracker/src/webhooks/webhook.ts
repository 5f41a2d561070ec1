/** What webhooks tell. */
export const WEBHOOK_EVENTS = [
  'conversion.recorded',
  'conversion.unattributed',
  'conversion.updated',
  'postback.dead',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

const PREFIX = 'webhook.';

/** Name of a webhook's destination; a partner postback's begins with an id, and has no such beginning. */
export function webhookName({ id }: { readonly id: string }): string {
  return `${PREFIX}${id}`;
}

/** Whether a destination is a webhook's. */
export function isWebhookName(name: string): boolean {
  return name.startsWith(PREFIX);
}
