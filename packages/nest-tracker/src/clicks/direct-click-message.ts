import type { Refusal } from '../http/problem-reply.js';

/** What a page says of a click without a redirect. */
export interface DirectClickMessage {
  /** Key of the campaign. */
  readonly campaign: string;
  /** The page's own name for this click: the same one is the same click. */
  readonly key: string;
  /** Address of the landing page, where it is one. */
  readonly url: URL | undefined;
  readonly referrer: string | undefined;
  /** The fields that stand for parameters of a click URL, by name; they go before those of the page's address. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const MAX_KEY = 256;
const PARAMETER = /^(sub([1-9]|10)|cost|channel)$/;

/**
 * Reads the body of `POST /v1/clicks`. As with a click link nobody is refused for a sloppy page: what is not known is left
 * alone, and only what the click cannot be without is asked for.
 *
 * @param externalIdParameter Name under which the campaign's partner sends its click id.
 */
export function readDirectClick(
  body: string,
  externalIdParameter: (campaign: string) => string,
): DirectClickMessage | Refusal {
  const value = parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      reason: 'malformed_request',
      detail: 'The body must be a JSON object such as { "campaign": "spring", "key": "…", "url": "https://…" }.',
    };
  }
  const fields = new Map<string, string>();
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === 'string' || typeof field === 'number') fields.set(name, String(field));
  }
  const [campaign = '', key = ''] = [fields.get('campaign'), fields.get('key')];
  for (const [field, text] of [
    ['campaign', campaign],
    ['key', key],
  ] as const) {
    if (text === '') {
      return { reason: 'missing_field', field, detail: `"${field}" is missing or empty; it must be a text.` };
    }
  }
  if (key.length > MAX_KEY) {
    return { reason: 'invalid_field', field: 'key', detail: `"key" may have ${MAX_KEY} characters.` };
  }
  const [externalId, customerId] = [fields.get('externalId'), fields.get('customerId')];
  return {
    campaign,
    key,
    url: webUrl(fields.get('url')),
    referrer: fields.get('referrer') || undefined,
    parameters: [
      ...(externalId ? [[externalIdParameter(campaign), externalId] as const] : []),
      ...(customerId ? [['customer_id', customerId] as const] : []),
      ...[...fields].filter(([name]) => PARAMETER.test(name)),
    ],
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function webUrl(text: string | undefined): URL | undefined {
  return text && /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
