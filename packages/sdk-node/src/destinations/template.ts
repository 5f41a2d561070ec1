import {
  type ConversionMessage,
  compileBodyTemplate,
  compileUrlTemplate,
  findNetwork,
  type MacroDialect,
  networks,
  SENDER_MACROS,
  senderMacroValue,
  serializeMessage,
  TemplateError,
  thrivetracker,
  translateTemplate,
} from '@tallyback/protocol';
import { ConfigurationError } from '../errors.js';
import { USER_AGENT } from '../version.js';
import type { Destination, DestinationOptions, OutgoingRequest, Verdict } from './destination.js';
import { checkKnown, checkMembers } from './known-options.js';
import { retryAfterMs } from './retry-after.js';
import { synchronous } from './synchronous.js';
import { bodySecrets, headerSecrets } from './template-secrets.js';
import { urlSecrets } from './url-secrets.js';
import { filtered } from './with-filter.js';

/** Options of {@link template}. */
export interface TemplateOptions extends DestinationOptions {
  /** Default `GET`, or `POST` when there is a body. */
  readonly method?: 'GET' | 'POST';
  /**
   * JSON (an object, or its text) with macros inside strings: `{ json: { order: '{transaction_id}' } }`; or a form:
   * `{ form: { id: '{clickid}' } }`. Only with `POST`.
   */
  readonly body?: { readonly json: string | object } | { readonly form: Readonly<Record<string, string>> };
  /** Sent as they are, e.g. `{ authorization: 'Bearer ...' }`. Never stored. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The URL is written with another system's macros: the name of a network, e.g. `everflow`. Default: our own. */
  readonly dialect?: string;
  /**
   * Whether a 2xx is a success: `true` and nothing else says so. What it throws counts as no, and so does a promise: it must
   * not be `async`. Default: unless the body plainly says no.
   */
  readonly successWhen?: (answer: { readonly status: number; readonly body: string }) => boolean;
}

// Complete by its type.
const OWN: Readonly<Record<Exclude<keyof TemplateOptions, keyof DestinationOptions>, true>> = {
  method: true,
  body: true,
  headers: true,
  dialect: true,
  successWhen: true,
};

/** How often an answer that is a success by status only is worth another attempt. */
const UNCONVINCING_ATTEMPTS = 5;
const HOW_TO_TELL = 'use {status} in it, or leave such messages out with `when`';
const NO_CLICK = 'there is no click id for {clickid}';
const UNKNOWN_CLICK = ' in the update, and the queue remembers no such conversion';
const NO_STATUS = 'the update has no status for {status}, and the receiver could take it for another conversion';
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
const OURS: readonly string[] = ['host', 'content-length', 'connection', 'transfer-encoding'];

// The receiver is as unknown as ThriveTracker, which takes the user's own URL, too: the general rules, nothing confirmed.
const { classify } = thrivetracker.send.configure({ url: 'https://template.invalid/?id={clickid}' });

/**
 * Any URL with macros: `template('https://partner.example/pb?id={clickid}&sum={revenue}')`. Values are percent-encoded, in a
 * JSON body escaped. Macros: `{clickid} {event} {status} {transaction_id} {revenue} {payout} {currency} {timestamp}`; one that
 * has no value is left empty. When the URL or body uses `{clickid}`, conversions without a click are not meant for it; an
 * update goes where its conversion went, since the queue remembers the click id. Where it remembers none, an update without
 * click id becomes a dead letter.
 *
 * Without `{status}` in the URL or body the receiver would count a refund as one more sale. So it is sent new conversions that
 * count only; updates and conversions that are rejected or refunded become dead letters. With `{status}` an update has to say
 * it, also one that is about the revenue: otherwise it becomes a dead letter. A new conversion given without status leaves
 * `{status}` empty.
 *
 * The message is frozen, not the request, so that credentials in URL and headers are never stored.
 *
 * @throws {ConfigurationError} when the template is wrong, with the place and what to write instead
 */
export function template(url: string, options: TemplateOptions = {}): Destination {
  checkKnown('template', options, Object.keys(OWN));
  const headers = headersOf(options.headers);
  const source = translated(url, options.dialect);
  const target = compiled('url', () => compileUrlTemplate(...source));
  const body = bodyOf(options);
  const method = options.method ?? (body ? 'POST' : 'GET');
  if (method !== 'GET' && method !== 'POST') throw new ConfigurationError('method', "must be 'GET' or 'POST'");
  if (body && method === 'GET') throw new ConfigurationError('method', 'must be POST with a body');
  if (options.successWhen !== undefined && typeof options.successWhen !== 'function') {
    throw new ConfigurationError('successWhen', 'must be a function of the answer');
  }
  const uses = (macro: string) => target.has(macro) || body?.template.has(macro) === true;
  const [usesClick, usesStatus] = [uses('clickid'), uses('status')];
  const destination: Destination = {
    kind: 'template',
    secrets: [...headerSecrets(headers), ...urlSecrets(source[0]), ...bodySecrets(body?.source)],
    ...(usesClick && usesStatus ? { recalls: ['clickId'] as const } : {}),
    prepare(message, { recalled }) {
      const clickless = usesClick && message.data.clickId === undefined;
      if (clickless && message.type === 'conversion.created') return { skip: NO_CLICK };
      const change = usesStatus ? undefined : changeOf(message);
      if (change !== undefined) return { dead: `the template has no {status}, so ${change}: ${HOW_TO_TELL}` };
      if (usesStatus && message.type === 'conversion.updated' && message.data.status === undefined) {
        return { dead: `${NO_STATUS}: give status with update(), together with the new revenue` };
      }
      if (clickless)
        return recalled ? { skip: NO_CLICK } : { dead: `${NO_CLICK}${UNKNOWN_CLICK}: give clickId with update()` };
      return serializeMessage(message);
    },
    toRequest({ body: frozen }): OutgoingRequest {
      const message = JSON.parse(frozen) as ConversionMessage;
      const value = (macro: string) => senderMacroValue(macro, message);
      const { origin, pathname, search } = new URL(target.render(value));
      const path = `${pathname}${search}`;
      const common = { 'user-agent': USER_AGENT };
      if (!body) return { method, origin, path, headers: { ...common, ...headers } };
      const typed = { ...common, 'content-type': body.type, ...headers };
      return { method, origin, path, headers: typed, body: body.template.render(value) };
    },
    classify(answer, now): Verdict {
      const { status } = answer;
      if (options.successWhen && status >= 200 && status < 300) return judged(options.successWhen, answer);
      const verdict = classify(answer);
      const wait = verdict.outcome === 'retry' ? retryAfterMs(answer.headers['retry-after'], now) : undefined;
      return verdict.outcome === 'retry' && wait !== undefined ? { ...verdict, retryAfterMs: wait } : verdict;
    },
  };
  return filtered(destination, options);
}

/** What a receiver that is told no status would take for one more conversion. */
function changeOf({ type, data }: ConversionMessage): string | undefined {
  if (type === 'conversion.updated') return 'the receiver would count the update as another conversion';
  const { status } = data;
  return status === 'rejected' || status === 'refunded' ? `the receiver would count a ${status} conversion` : undefined;
}

function judged(
  successWhen: NonNullable<TemplateOptions['successWhen']>,
  { status, body }: { readonly status: number; readonly body: string },
): Verdict {
  try {
    const said: unknown = synchronous('successWhen', successWhen({ status, body }));
    if (said === true) return { outcome: 'delivered' };
    const no = said === false ? 'says no' : `says neither true nor false but gave a value of type ${typeof said}`;
    return { outcome: 'retry', why: `HTTP ${status}, but \`successWhen\` ${no}`, atMost: UNCONVINCING_ATTEMPTS };
  } catch (error) {
    return {
      outcome: 'retry',
      why: `\`successWhen\` failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function translated(url: string, dialect: string | undefined): Parameters<typeof compileUrlTemplate> {
  if (typeof url !== 'string') throw new ConfigurationError('url', 'must be a URL with macros');
  const options = { macros: SENDER_MACROS };
  return dialect === undefined ? [url, options] : [ours(url, dialectOf(dialect)), options];
}

function dialectOf(name: string): MacroDialect {
  const network = findNetwork(name);
  if (network && Object.keys(network.macros.names).length > 0) return network.macros;
  const known = networks.filter(({ macros }) => Object.keys(macros.names).length > 0).map((one) => one.name);
  throw new ConfigurationError('dialect', `must be one of ${known.join(', ')}`);
}

function ours(url: string, macros: MacroDialect): string {
  const { template: own, findings } = translateTemplate(url, { macros });
  return compiled('url', () => {
    if (findings.some(({ severity }) => severity === 'error')) throw new TemplateError(findings);
    return own;
  });
}

function bodyOf({ body }: TemplateOptions) {
  if (body === undefined) return undefined;
  const kinds = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  if (kinds.length !== 1) throw new ConfigurationError('body', 'must be { json } or { form }');
  checkMembers('body', body, ['json', 'form']);
  if ('json' in body) {
    const text = jsonOf(body.json);
    const options = { macros: SENDER_MACROS, format: 'json' } as const;
    const template = compiled('body.json', () => compileBodyTemplate(text, options));
    return { type: 'application/json', template, source: JSON.parse(text) as unknown };
  }
  if (typeof body.form !== 'object' || body.form === null) {
    throw new ConfigurationError('body.form', "must be an object of texts such as { id: '{clickid}' }");
  }
  const wrong = Object.entries(body.form).find(([, value]) => typeof value !== 'string');
  if (wrong) throw new ConfigurationError(`body.form.${wrong[0]}`, 'must be a text');
  const source = Object.entries(body.form).map(([name, value]) => `${encodeURIComponent(name)}=${literals(value)}`);
  const options = { macros: SENDER_MACROS, format: 'form' } as const;
  const form = compiled('body.form', () => compileBodyTemplate(source.join('&'), options));
  return { type: 'application/x-www-form-urlencoded', template: form, source: body.form };
}

/** The text of a JSON body: what cannot be written as JSON is no body. */
function jsonOf(json: unknown): string {
  if (typeof json === 'string') return json;
  if (typeof json === 'object' && json !== null) {
    try {
      return JSON.stringify(json);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigurationError('body.json', `cannot be written as JSON: ${reason}`, { cause: error });
    }
  }
  throw new ConfigurationError('body.json', 'must be an object, or the text of one');
}

/** What stands between macros, percent-encoded. */
function literals(value: string): string {
  return value.replaceAll(/\{[^{}]*\}|[^{}]+/g, (part) => (part.startsWith('{') ? part : encodeURIComponent(part)));
}

function headersOf(given: TemplateOptions['headers']): Record<string, string> {
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    throw new ConfigurationError('headers', "must be an object such as { authorization: 'Bearer ...' }");
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(name) || OURS.includes(lower))
      throw new ConfigurationError(`headers.${name}`, 'cannot be set');
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      throw new ConfigurationError(`headers.${name}`, 'must be a text of printable ASCII characters');
    }
    headers[lower] = value;
  }
  return headers;
}

function compiled<Result>(option: string, compile: () => Result): Result {
  try {
    return compile();
  } catch (error) {
    if (error instanceof TemplateError) throw new ConfigurationError(option, error.message, { cause: error });
    throw error;
  }
}
