import type { ConversionStatus } from '../conversion.js';
import { percentEncode } from '../percent-encoding.js';
import { classifyStatus, unknownAnswer } from './common-classification.js';
import { getAndPost } from './get-and-post.js';
import { readKeitaroStatus } from './keitaro-status.js';
import { metadataParameters } from './metadata-parameters.js';
import type { CommonSendOptions, Network } from './network.js';
import { networkSender } from './network-sender.js';
import { numberedMacros } from './numbered-macros.js';
import { OptionReader } from './option-reader.js';
import { PostbackReader } from './postback-reader.js';
import { getRequest } from './postback-url.js';
import { orderEventId, sendable, unsendable } from './sendable.js';
import { statusWord } from './status-word.js';

const title = 'Keitaro';
const CONFIRMATION = 'OK';
const words = { pending: 'lead', approved: 'sale', rejected: 'rejected', refunded: 'rejected' } as const;

/** Options of a Keitaro destination. `url` is the tracker's domain; `events` maps to statuses: `{ lead: 'lead', renewal: 'rebill' }`. */
export interface KeitaroOptions extends CommonSendOptions {
  /** The postback key of the tracker, which is part of the URL's path. */
  readonly postbackKey: string;
  /** Words for our statuses. Default: pending `lead`, approved `sale`, rejected and refunded `rejected`. */
  readonly statuses?: Readonly<Partial<Record<ConversionStatus, string>>>;
  /** `sub_id_1`..`sub_id_15` from metadata fields: `{ sub_id_1: 'plan' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Keitaro. Sends `GET /<key>/postback?subid&status&payout&tid&currency&return=OK`. `subid` is the click id, `payout` the
 * revenue, and what happened is a status: an event other than `purchase` must be mapped to one. Changes of status are the
 * same postback with another status; a change of revenue needs the status, too, since Keitaro takes a missing one for `sale`.
 *
 * With `return=OK` the tracker answers exactly `OK`, which tells it from whatever else may answer 200. It is not taken for a
 * confirmation.
 *
 * Unverified: whether `return` is answered for a refused postback, too; how several foreign statuses are written in one
 * `..._status` parameter (commas are read); the token `{tid}`.
 *
 * Source: docs.keitaro.io, "Postback".
 */
export const keitaro: Network<KeitaroOptions> = {
  name: 'keitaro',
  title,
  send: {
    configure(given) {
      const options = OptionReader.open('keitaro', given, ['postbackKey', 'statuses', 'parameters']);
      const base = options.baseUrl();
      options.secret('postbackKey');
      const key = options.requiredText('postbackKey', 'the key in the path of your postback URL');
      if (!/^[\w-]+$/.test(key))
        return options.fail('postbackKey', 'must be the key alone: letters, digits, "_" and "-"');
      const rules = { ...options.rules({ title, unmapped: 'plain' }), hasStatus: true };
      const statuses = { ...words, ...options.statuses() };
      const parameters = options.texts('parameters', /^sub_id_(?:[1-9]|1[0-5])$/, 'sub_id_1 to sub_id_15');
      return networkSender({
        secrets: [key],
        request(message) {
          const checked = sendable(message, rules);
          if (!checked.ok) return checked;
          const { clickId, event, data } = checked;
          if (message.type === 'conversion.updated' && data.status === undefined) {
            const why = 'Keitaro takes a missing status for "sale": send the status together with the new revenue';
            return unsendable('update_unsupported', why);
          }
          return getRequest(base, `/${percentEncode(key)}/postback`, [
            ['subid', clickId],
            ['status', statusWord(data, event, statuses, statuses.approved)],
            ['payout', data.revenue],
            ['tid', orderEventId(data)],
            ['currency', data.revenue === undefined ? undefined : data.currency],
            ...metadataParameters(parameters, data.metadata),
            ['return', CONFIRMATION],
          ]);
        },
        classify(answer) {
          const byStatus = classifyStatus(answer);
          if (byStatus) return byStatus;
          return answer.body.trim() === CONFIRMATION
            ? { outcome: 'delivered', confirmed: false }
            : unknownAnswer(answer);
        },
      });
    },
  },
  receive: {
    routes: getAndPost('/:key/postback'),
    parameters: { clickId: ['subid'], transactionId: ['tid'], token: ['token'] },
    read(parameters, settings = {}) {
      const reader = new PostbackReader(parameters, settings);
      reader.drop(['return']);
      const clickId = reader.clickId('subid');
      const { status, event, rebill } = readKeitaroStatus(reader);
      const transactionId = reader.transactionId(['tid'], clickId, event);
      if (rebill && reader.derivedTransactionId) {
        reader.fault(
          'missing_field',
          'tid',
          'is missing: a rebill is another conversion of its click and needs its own id',
        );
      }
      return reader.postback(
        {
          clickId,
          event,
          transactionId,
          status,
          revenue: reader.amount('revenue', 'revenue', 'payout'),
          currency: reader.currency('currency'),
        },
        'update',
      );
    },
    reply({ outcome }, parameters) {
      // Whether Keitaro says the word for a refused postback, too, nobody documents; ours would be a lie.
      if (outcome === 'rejected') return undefined;
      const body = [...parameters].find(([name, value]) => name.toLowerCase() === 'return' && value !== '')?.[1];
      // As plain text, so that nothing a sender puts there can run in a browser.
      return body === undefined ? undefined : { contentType: 'text/plain; charset=utf-8', body };
    },
  },
  macros: {
    title,
    grammar: 'braces',
    names: {
      subid: 'clickid',
      external_id: 'external_id',
      payout: 'payout',
      revenue: 'payout',
      status: 'status',
      tid: 'transaction_id',
      ...numberedMacros((position) => `sub_id_${position}`, 10),
    },
    unverified: ['tid'],
  },
  secretParameters: [],
  unverified: [
    'Whether return= is answered for a refused postback, too; so an answer never confirms.',
    'How several foreign statuses are written in one lead_status, sale_status, rejected_status or ignore_status: commas are read.',
    'The token {tid}.',
  ],
};
