import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ConversionMessage,
  createId,
  type Parsed,
  type Problem,
  parseConversionMessage,
  type Reason,
} from '@tallyback/protocol';
import type { ReceiverFault as Fault } from './receiver-faults.js';
import { type Reply, refuse, SmallLedger } from './small-ledger.js';
import { dataOf, type Postback, readPostback } from './small-postback.js';
import { misread } from './small-reading.js';
import { type Sender, Verification } from './small-verification.js';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface BatchReply {
  readonly status: 200;
  readonly body: { readonly results: readonly Reply['body'][] };
}

/** A receiver that keeps to the protocol in as few lines as that takes, or breaks it in the one way it is told to. */
export class SmallReceiver {
  readonly clickId = createId();
  /** A click of the advertiser that has a token. */
  readonly tokenClickId = createId();
  url = '';
  readonly #server: Server;
  readonly #verification: Verification;
  readonly #ledger: SmallLedger;

  constructor(
    private readonly sender: Sender,
    private readonly fault: Fault = 'none',
  ) {
    this.#verification = new Verification(sender, fault);
    this.#ledger = new SmallLedger([this.clickId, this.tokenClickId], fault);
    this.#server = createServer((request, response) => {
      if (fault === 'does not answer') return;
      this.#answer(request)
        .catch(() => ({ status: 500, body: { error: 'broken' } }))
        .then(
          ({ status, body }) => {
            const type =
              status < 300 || fault === 'answers problems as plain JSON'
                ? 'application/json'
                : 'application/problem+json';
            response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
          },
          () => response.destroy(),
        );
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const { method = '', headers } = request;
    const received = { method, path, query, headers, body: Buffer.concat(chunks) };
    const reply = await this.#reply(received);
    return 'reason' in reply.body ? this.#worded(reply.body) : reply;
  }

  #reply(received: Received): Promise<Reply | BatchReply> | Reply | BatchReply {
    if (this.fault === 'refuses everything') return refuse('offer_inactive');
    if (received.path === '/postback') return this.#postback(received);
    const batch = received.path.endsWith('/batch');
    const limit = (batch ? 4_194_304 : 32_768) / (this.fault === 'takes half of everything' ? 2 : 1);
    if (received.body.length > limit && this.fault !== 'reads bodies of any size' && this.fault !== 'takes everything')
      return refuse('body_too_large');
    if (received.body.length === 0 && this.fault !== 'takes everything') return refuse('malformed_request');
    const doubt = this.#doubt(received, batch);
    if (doubt && this.fault === 'stores what is forged') this.#keepAnyway(parsed(received.body));
    if (doubt) return refuse(doubt);
    const value = parsed(received.body);
    const id = header(received, 'webhook-id') ?? createId();
    return batch ? this.#batch(value, id) : this.#message(value, id);
  }

  #doubt({ headers, body, ...rest }: Received, batch: boolean): Reason | undefined {
    const { fault } = this;
    if (fault === 'takes everything') return undefined;
    if (fault === 'reads the body before the signature' && parsed(body) === undefined) return 'malformed_request';
    if (fault === 'takes one content type' && headers['content-type'] !== 'application/json')
      return 'malformed_request';
    if (fault !== 'knows every advertiser' && headers['tallyback-advertiser'] !== 'acme') return 'unknown_advertiser';
    if (fault === 'does not verify batches' && batch) return undefined;
    const received = { headers, body, ...rest };
    const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
      header(received, `webhook-${name}`),
    );
    return this.#verification.message({ id, timestamp, signature }, body);
  }

  async #message(value: unknown, id: string): Promise<Reply> {
    const read = parseConversionMessage(misread(value, this.fault));
    if (this.fault === 'takes half of everything' && JSON.stringify(value).length > 3_000)
      return refuse('invalid_field');
    const { transactionId = '', event = '' } = read.ok ? read.value.data : {};
    if (this.fault === 'takes 60 bytes for an id' && Buffer.byteLength(transactionId + event) > 70)
      return refuse('invalid_field');
    if (read.ok) return this.#ledger.take(read.value, id);
    if (this.fault === 'takes everything') return this.#ledger.take(INVENTED(), id);
    if (this.fault === 'stores before it looks') this.#keepAnyway(value);
    if (this.fault === 'remembers what it refused') this.#ledger.use(id);
    return this.#faulty(read);
  }

  #faulty({ faults: [first] }: Extract<Parsed<unknown>, { ok: false }>): Reply {
    return refuse(first?.reason ?? 'malformed_request', first?.field || undefined);
  }

  #keepAnyway(value: unknown): void {
    const read = parseConversionMessage(misread(value, 'drops fields that it does not know'));
    if (read.ok) this.#ledger.keep(read.value);
  }

  async #batch(value: unknown, id: string): Promise<Reply | BatchReply> {
    const { fault } = this;
    if (fault === 'takes everything') return { status: 200, body: { results: [] } };
    if (fault === 'takes what is no batch for an empty one' && !Array.isArray(Object(value).messages))
      return { status: 200, body: { results: [] } };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('malformed_request');
    const unknown = Object.keys(value).find((name) => name !== 'messages');
    if (unknown !== undefined && fault !== 'drops fields that it does not know')
      return refuse('unknown_field', unknown);
    const { messages } = value as { messages?: unknown };
    if (messages === undefined) return refuse('missing_field', 'messages');
    const most = fault === 'takes 100 messages a batch' ? 100 : 1_000;
    if (!Array.isArray(messages)) return refuse('invalid_field', 'messages');
    if (messages.length > most && fault === 'stores what a batch has too many of')
      for (const one of messages) await this.#message(one, createId());
    if (messages.length > most && fault !== 'takes batches of any length') return refuse('invalid_field', 'messages');
    if (messages.length === 0 && fault === 'refuses a batch of nothing') return refuse('invalid_field', 'messages');
    return this.#each(messages, id);
  }

  async #each(messages: readonly unknown[], id: string): Promise<Reply | BatchReply> {
    const { fault } = this;
    const order = [...messages.keys()];
    if (fault === 'takes a batch from its end') order.reverse();
    const results: Reply['body'][] = [];
    for (const index of order) {
      const reply = await this.#message(
        messages[index],
        fault === 'takes a batch for one delivery' ? id : `${id}.${index}`,
      );
      if (fault === 'drops a batch for one message' && reply.status >= 400) {
        this.#ledger.forget();
        return reply;
      }
      results[index] = reply.body;
    }
    if (fault === 'answers batches in another order') results.reverse();
    if (fault === 'leaves refusals out of results')
      return { status: 200, body: { results: results.filter((body) => !('reason' in body)) } };
    return { status: 200, body: { results } };
  }

  async #postback(received: Received): Promise<Reply> {
    const { fault } = this;
    if (received.method === 'POST' && fault === 'knows no POST of postbacks') return refuse('malformed_request');
    const postback = readPostback(received, fault);
    const doubt = fault === 'takes everything' ? undefined : this.#doubtOf(postback, received);
    if (doubt) return refuse(doubt);
    const { data, unknown } = dataOf(postback, fault);
    if (unknown !== undefined && fault === 'refuses unknown parameters') return refuse('unknown_field', unknown);
    return this.#message(
      { type: 'conversion.created', timestamp: new Date().toISOString(), data },
      postback.parameters.get('tb_id') ?? createId(),
    );
  }

  /** Whoever reports a click proves to be its advertiser: one signs, the other has a token. */
  #doubtOf({ signed, signedQuery, parameters }: Postback, { method, path, body }: Received): Reason | undefined {
    const { fault, sender } = this;
    if (signed) return this.#verification.url(method, path, signedQuery);
    if (fault === 'takes unsigned postbacks' || (fault === 'takes unsigned forms' && body.length > 0)) return undefined;
    const [click, token] = [parameters.get('clickid'), parameters.get('token')];
    const known = click === this.clickId || click === this.tokenClickId;
    if (!known && token === sender.token)
      return fault === 'stores clicks that nobody knows for everybody' ? undefined : 'click_not_found';
    const isTokens = click === this.tokenClickId || fault === 'takes a token for every click';
    if (!isTokens || fault === 'does not know tokens') return 'signature_missing';
    if (token === null && fault === 'takes what has no token') return undefined;
    return token === sender.token || (token !== null && fault === 'takes any token') ? undefined : 'token_invalid';
  }

  /** The problem as this receiver words it. */
  #worded(body: Problem): { status: number; body: unknown } {
    const { fault } = this;
    const { status } = body;
    if (fault === 'answers refusals with 200') return { status: 200, body };
    if (fault === 'answers refusals with an outcome')
      return {
        status: 200,
        body: { outcome: 'recorded', conversionId: createId(), clickId: this.clickId, status: 'approved' },
      };
    if (fault === 'answers every refusal with 400') return { status: 400, body: { ...body, status: 400 } };
    if (fault === 'gives no reasons') return { status, body: { status, outcome: 'rejected', detail: 'No.' } };
    if (fault === 'invents reasons') return { status, body: { ...body, reason: 'bad_request' } };
    if (fault === 'refuses without words') return { status, body: { ...body, detail: undefined } };
    if (fault === 'does not say rejected') return { status, body: { ...body, outcome: undefined } };
    if (fault === 'names no field') return { status, body: { ...body, field: undefined } };
    if (fault === 'names fields without their path')
      return { status, body: { ...body, field: body.field?.split('.').pop() } };
    return { status, body };
  }
}

/** What a receiver that never says no makes of a message that is none. */
function INVENTED(): ConversionMessage {
  return {
    type: 'conversion.created',
    timestamp: new Date().toISOString(),
    data: { event: 'purchase', transactionId: createId() },
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function header({ headers }: Pick<Received, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
