import type { ConversionMessage } from '@tallyback/protocol';
import { USER_AGENT } from '../../version.js';
import { parseBaseUrl } from '../base-url.js';
import type { Answer, Attempt, Destination, OutgoingRequest, PrepareContext, Prepared } from '../destination.js';
import { synchronous } from '../synchronous.js';
import { filtered } from '../with-filter.js';
import type { AdConversion } from './ad-conversion.js';
import { type AdPlatformOptions, checkShared } from './ad-options.js';
import { type AnswerRules, platformVerdict } from './answer.js';

/** @internal What one ad platform is like. */
export interface AdPlatform {
  readonly kind: string;
  readonly title: string;
  readonly baseUrl: string;
  readonly events: Readonly<Record<string, string>>;
  /** The name of an event that nobody mapped; undefined: it cannot be sent. */
  readonly otherEvent: (event: string) => string | undefined;
  /** Events older than this are refused. */
  readonly maxAgeMs?: number;
  /** How long a repeated event is recognised: retrying for longer could count it twice. */
  readonly windowMs?: number;
  readonly ratePerSecond?: number;
  readonly secrets: readonly string[];
  readonly answers: AnswerRules;
  /** The body to freeze. */
  prepare(conversion: AdConversion): Prepared;
  /** The request for a frozen body; `path` without the prefix of the base URL. */
  request(body: string, attempt: Attempt): Promise<Omit<OutgoingRequest, 'origin'>>;
  /** Told before the verdict, e.g. to forget a refused token. */
  onAnswer?(answer: Answer): void;
}

/** @internal @throws {ConfigurationError} when an option cannot work */
export function adDestination(platform: AdPlatform, options: AdPlatformOptions): Destination {
  const { origin, prefix } = parseBaseUrl('baseUrl', options.baseUrl ?? platform.baseUrl);
  checkShared(options);
  const { kind, windowMs, ratePerSecond, secrets } = platform;
  const destination: Destination = {
    kind,
    ...(windowMs === undefined ? {} : { windowMs }),
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    secrets,
    prepare: (message, context) => prepare(platform, options, message, context),
    async toRequest(attempt) {
      const { headers, path, ...request } = await platform.request(attempt.body, attempt);
      const common = { accept: 'application/json', 'user-agent': USER_AGENT };
      return { ...request, origin, path: `${prefix}${path}`, headers: { ...common, ...headers } };
    },
    classify(answer, now) {
      platform.onAnswer?.(answer);
      return platformVerdict(answer, now, platform.answers);
    },
  };
  return filtered(destination, options);
}

/** @internal A POST of JSON. */
export function postJson(path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  return { method: 'POST', path, body, headers: { 'content-type': 'application/json', ...headers } } as const;
}

function prepare(
  platform: AdPlatform,
  options: AdPlatformOptions,
  message: ConversionMessage,
  context: PrepareContext,
): Prepared {
  const { data } = message;
  if (message.type !== 'conversion.created') return { skip: `${platform.title} is told of new conversions only` };
  if (data.status === 'rejected' || data.status === 'refunded') return { skip: `the conversion is ${data.status}` };
  const event = nameOf(data.event, platform, options.events);
  if (event === undefined) {
    return {
      dead: `${platform.title} has no event for ${data.event}: map it with \`events\` or leave it out with \`on\``,
    };
  }
  const accepted = Date.parse(message.timestamp);
  // A clock that runs ahead elsewhere must not date it into the future, which platforms refuse.
  const at = Math.min(data.occurredAt === undefined ? accepted : Date.parse(data.occurredAt), accepted);
  const { maxAgeMs } = platform;
  if (maxAgeMs !== undefined && accepted - at > maxAgeMs) {
    return {
      dead: `${platform.title} takes events of the last ${maxAgeMs / 86_400_000} days; this one is of ${data.occurredAt}`,
    };
  }
  const person = context.person ?? {};
  const clickIds = { ...person.clickIds, ...context.clickIds };
  const eventId = synchronous('eventId', options.eventId?.(message)) ?? data.transactionId;
  return platform.prepare({ event, eventId, at, data, person, clickIds });
}

function nameOf(event: string, platform: AdPlatform, own: AdPlatformOptions['events']): string | undefined {
  for (const names of [own, platform.events]) {
    if (names && Object.hasOwn(names, event)) return names[event];
  }
  return platform.otherEvent(event);
}
