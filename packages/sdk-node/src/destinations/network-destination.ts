import {
  type ConversionMessage,
  DEFAULT_EVENT,
  type Network,
  NetworkOptionError,
  type NetworkSender,
  serializeMessage,
} from '@tallyback/protocol';
import { ConfigurationError } from '../errors.js';
import { nearestOption } from '../nearest-option.js';
import { fieldOf, type RecallField } from '../recall.js';
import { USER_AGENT } from '../version.js';
import type { Destination, DestinationOptions, OutgoingRequest } from './destination.js';
import { COMMON_OPTIONS, checkObject, isCommonOption } from './known-options.js';
import { retryAfterMs } from './retry-after.js';
import { urlSecrets } from './url-secrets.js';
import { filtered } from './with-filter.js';

/** What a destination of a network is told: the network's own options and what every destination knows. */
export type NetworkDestinationOptions<Options extends object> = Options & DestinationOptions;

/**
 * Another tracker as a destination, from its declaration: your own one, too.
 *
 * The message is frozen, not the URL, so that credentials in the URL are never stored. A conversion without the network's
 * click id is not meant for it; one that its postback cannot express becomes a dead letter. An update goes where its
 * conversion went, since the queue remembers the click id; where it does not, the update has to say it.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function networkDestination<Options extends object>(
  network: Network<Options>,
  options: NetworkDestinationOptions<Options>,
): Destination {
  if (typeof network?.send?.configure !== 'function') {
    throw new ConfigurationError('network', 'must be the declaration of a network, e.g. one of @tallyback/protocol');
  }
  checkObject(network.name, options, ['url']);
  // Networks refuse options that they do not know.
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !isCommonOption(name)));
  const sender = configured(() => network.send.configure(own as Options));
  const { send, name, title } = network;
  const field = clickIdField(own);
  const clickOnly = !goesWithoutClick(sender);
  const destination: Destination = {
    kind: name,
    ...(send.ratePerSecond === undefined ? {} : { ratePerSecond: send.ratePerSecond }),
    ...(send.windowMs === undefined ? {} : { windowMs: send.windowMs }),
    secrets: texts(own).flatMap((text) => (sender.redact(text) === text ? urlSecrets(text) : [text])),
    recalls: [field],
    prepare(message, { recalled }) {
      // It was not meant for the network, so nobody there waits for its update.
      if (clickOnly && recalled && fieldOf(message.data, field) === undefined)
        return { skip: `there was no ${title} click id` };
      const result = sender.request(message);
      if (result.ok) return serializeMessage(message);
      if (result.code !== 'click_id_missing') return { dead: result.why };
      // It may well be the update of a conversion that was sent there: a refund must not vanish.
      if (message.type === 'conversion.created' || recalled) return { skip: result.why };
      return { dead: `${result.why}, and the queue remembers no such conversion; give it with update()` };
    },
    toRequest({ body }): OutgoingRequest {
      const result = sender.request(JSON.parse(body) as ConversionMessage);
      if (!result.ok) throw new Error(`the options have changed since it was accepted: ${result.why}`);
      const { method, url, headers, body: own } = result.request;
      const { origin, pathname, search } = new URL(url);
      const request = {
        method,
        origin,
        path: `${pathname}${search}`,
        headers: { 'user-agent': USER_AGENT, ...headers },
      };
      return own === undefined ? request : { ...request, body: own };
    },
    classify(answer, now) {
      const verdict = sender.classify(answer);
      const wait = verdict.outcome === 'retry' ? retryAfterMs(answer.headers['retry-after'], now) : undefined;
      return verdict.outcome === 'retry' && wait !== undefined ? { ...verdict, retryAfterMs: wait } : verdict;
    },
  };
  return filtered(destination, options);
}

function configured<Sender>(configure: () => Sender): Sender {
  try {
    return configure();
  } catch (error) {
    if (!(error instanceof NetworkOptionError)) throw error;
    const detail = error.message.replace(`${error.network}: ${error.option} `, '');
    // The network cannot know what every destination takes.
    const common = error.unknownOption ? nearestOption(error.option, COMMON_OPTIONS) : undefined;
    const told = common === undefined ? detail : `is not an option of ${error.network}(); did you mean \`${common}\`?`;
    throw new ConfigurationError(error.option, told, { cause: error });
  }
}

/** Whether a coupon does as well as a click id. */
function goesWithoutClick(sender: NetworkSender): boolean {
  const data = { event: DEFAULT_EVENT, transactionId: 'x', couponCode: 'X' };
  return sender.request({ type: 'conversion.created', timestamp: '2026-01-01T00:00:00.000Z', data }).ok;
}

/** Where the network's click id stands in a message. */
function clickIdField(options: Readonly<Record<string, unknown>>): RecallField {
  const { clickIdField } = options;
  return typeof clickIdField === 'string' ? `metadata.${clickIdField}` : 'clickId';
}

/** Every text among the options, however deep. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}
