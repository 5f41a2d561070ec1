import { type AnswerRules, at, credentialRefused, listAt, notTheirs, textAt } from './answer.js';

const DELIVERED = { outcome: 'delivered' } as const;

// Graph API: unknown, service, application and page limits, temporary blocks, the limits of single APIs.
const META_RETRYABLE = new Set(['1', '2', '4', '17', '32', '341', '368', '613', '80000', '80003', '80004', '80014']);
// Session expired, password changed, no permission.
const META_CREDENTIALS = new Set(['10', '102', '190', '200']);

/** @internal Meta answers 400 to whatever is wrong, a lapsed token included; the code in the body tells them apart. */
export const META_ANSWERS: AnswerRules = {
  title: 'Meta',
  accepted: (body, answer) => (Number(at(body, 'events_received')) > 0 ? DELIVERED : notTheirs('Meta', answer)),
  refused(body) {
    const code = textAt(body, 'error', 'code') ?? '';
    const why = metaDetail(body) ?? '';
    if (META_CREDENTIALS.has(code)) return credentialRefused('Meta', why);
    if (at(body, 'error', 'is_transient') === true || META_RETRYABLE.has(code)) return { outcome: 'retry', why };
    return undefined;
  },
  detail: metaDetail,
};

function metaDetail(body: unknown): string | undefined {
  const error = (name: string) => textAt(body, 'error', name);
  const message = error('error_user_msg') ?? error('message');
  return message === undefined ? undefined : `${message} (code ${error('code')}, subcode ${error('error_subcode')})`;
}

/** @internal TikTok says everything with 200; `code` 0 is the only success. */
export const TIKTOK_ANSWERS: AnswerRules = {
  title: 'TikTok',
  accepted(body, answer) {
    const code = textAt(body, 'code');
    if (code === '0') return DELIVERED;
    if (code === undefined) return notTheirs('TikTok', answer);
    const why = `code ${code}: ${textAt(body, 'message') ?? ''}`;
    // 40001 no permission, 40104 no token, 40105 wrong or revoked token.
    if (['40001', '40104', '40105'].includes(code)) return credentialRefused('TikTok', why);
    // 401xx rate limits beside these, 5xxxx TikTok's own trouble.
    if (/^(401\d\d|5\d{4})$/.test(code)) return { outcome: 'retry', why };
    return { outcome: 'dead', why };
  },
  detail: (body) => textAt(body, 'message'),
};

/** @internal Snap names the outcome in `status`, with 200 or 400. */
export const SNAP_ANSWERS: AnswerRules = {
  title: 'Snap',
  accepted(body, answer) {
    const status = textAt(body, 'status');
    if (status === undefined) return notTheirs('Snap', answer);
    if (/^(success|valid|ok)$/i.test(status)) return DELIVERED;
    return { outcome: 'dead', why: `${status}: ${snapDetail(body) ?? ''}` };
  },
  detail: snapDetail,
};

function snapDetail(body: unknown): string | undefined {
  return textAt(body, 'error_records', 0, 'reason') ?? textAt(body, 'reason');
}

/** @internal Pinterest answers 200 and says of each event whether it was processed. */
export const PINTEREST_ANSWERS: AnswerRules = {
  title: 'Pinterest',
  accepted(body, answer) {
    const status = textAt(body, 'events', 0, 'status');
    if (status === 'processed') return DELIVERED;
    if (status === undefined) return notTheirs('Pinterest', answer);
    return { outcome: 'dead', why: `${status}: ${textAt(body, 'events', 0, 'error_message') ?? 'no reason given'}` };
  },
  detail: (body) => textAt(body, 'details', 'events', 0, 'error_message') ?? textAt(body, 'message'),
};

/** @internal Microsoft counts what it received; errors come with 400, warnings beside a success. */
export const MICROSOFT_ANSWERS: AnswerRules = {
  title: 'Microsoft',
  accepted(body, answer) {
    const faults = microsoftFaults(body);
    if (faults !== '') return { outcome: 'dead', why: faults };
    if (at(body, 'error') === undefined && answer.body.trim() !== '' && body === undefined) {
      return notTheirs('Microsoft', answer);
    }
    return at(body, 'eventsReceived') === 0 ? { outcome: 'dead', why: 'Microsoft received no event' } : DELIVERED;
  },
  detail: (body) => microsoftFaults(body) || textAt(body, 'error', 'message'),
};

function microsoftFaults(body: unknown): string {
  return listAt(body, 'error', 'details')
    .filter((detail) => at(detail, 'isWarning') !== true)
    .map((detail) => `${textAt(detail, 'propertyName')}: ${textAt(detail, 'errorMessage')}`)
    .join('; ');
}

/** @internal Reddit confirms with a message; an error has a code, a message and the fields to blame. */
export const REDDIT_ANSWERS: AnswerRules = {
  title: 'Reddit',
  accepted(body, answer) {
    if (at(body, 'error') !== undefined)
      return { outcome: 'dead', why: redditDetail(body) ?? 'an error without reason' };
    return typeof at(body, 'data') === 'object' ? DELIVERED : notTheirs('Reddit', answer);
  },
  detail: redditDetail,
};

function redditDetail(body: unknown): string | undefined {
  const fields = listAt(body, 'error', 'fields').map((one) => `${textAt(one, 'field')}: ${textAt(one, 'message')}`);
  const message = textAt(body, 'error', 'message') ?? textAt(body, 'message');
  return [message, ...fields].filter((part) => part !== undefined).join('; ') || undefined;
}

/** @internal OpenAI takes all events of a request or none. */
export const OPENAI_ANSWERS: AnswerRules = {
  title: 'OpenAI',
  accepted(body, answer) {
    const why = openaiDetail(body);
    if (why !== undefined) return { outcome: 'dead', why };
    const empty = answer.body.trim() === '';
    return empty || (typeof body === 'object' && body !== null) ? DELIVERED : notTheirs('OpenAI', answer);
  },
  detail: openaiDetail,
};

function openaiDetail(body: unknown): string | undefined {
  const first = listAt(body, 'errors')[0];
  const message = textAt(body, 'error', 'message') ?? textAt(body, 'error') ?? textAt(first, 'message');
  if (message !== undefined) return message;
  const has = (name: string) => at(body, name) !== undefined && at(body, name) !== null;
  return has('error') || first !== undefined ? 'an error without a message' : undefined;
}

/** @internal Taboola answers honestly: 204 stored, 400 when click id or name are missing or unreadable. */
export const TABOOLA_ANSWERS: AnswerRules = {
  title: 'Taboola',
  accepted: (_, answer) => (answer.status === 204 ? DELIVERED : notTheirs('Taboola', answer)),
  detail: () => undefined,
};
