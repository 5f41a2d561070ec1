import { STATUS_CODES } from 'node:http';
import type { OutgoingRequest } from '../../destinations/destination.js';
import { cut, indent, printableLines } from '../../printable.js';
import { messageOf } from '../failures.js';
import type { Terminal } from '../terminal.js';
import { type Received, signatureBase } from './exchange.js';
import { shownUrl, withoutSecrets } from './shown-url.js';

/** How much of an answer is shown. */
const SHOWN = 4096;
const secretHeader = /^(?:authorization|proxy-authorization|cookie|set-cookie|.*(?:token|secret|api-?key).*)$/i;

/** A request and its answer as they may be shown: without secrets. */
export class Report {
  constructor(
    private readonly request: OutgoingRequest,
    private readonly secrets: readonly string[],
  ) {}

  /** For `--json`. */
  sent(): Record<string, unknown> {
    const { method, body } = this.request;
    const base = signatureBase(this.request);
    return {
      request: {
        method,
        url: this.#url(),
        headers: Object.fromEntries(this.#headers(this.request.headers)),
        ...(body === undefined ? {} : { body: this.#clean(body) }),
      },
      ...(base === undefined ? {} : { signatureBase: this.#clean(base) }),
    };
  }

  /** For `--json`. */
  received(received: Received): Record<string, unknown> {
    const { milliseconds } = received;
    if ('error' in received) return { error: this.#failure(received.error), milliseconds };
    const { answer, verdict } = received;
    const { status, headers, body } = answer;
    const why = 'why' in verdict ? { why: this.#clean(verdict.why) } : {};
    return {
      answer: { status, headers: Object.fromEntries(this.#headers(headers)), body: this.#clean(body) },
      classification: { ...verdict, ...why },
      milliseconds,
    };
  }

  /** For people. */
  describeSent({ paint }: Terminal): string {
    const { method, headers, body } = this.request;
    const lines = [paint('bold', 'Request'), `  ${method} ${printableLines(this.#url())}`];
    for (const [name, value] of this.#headers(headers)) lines.push(`  ${name}: ${printableLines(value)}`);
    if (body !== undefined) lines.push('', indent(printableLines(this.#clean(body))));
    const base = signatureBase(this.request);
    if (base !== undefined) {
      lines.push('', paint('bold', 'Signed content'), indent(printableLines(this.#clean(base))));
    }
    return lines.join('\n');
  }

  /** For people. */
  describeReceived(received: Received, { paint }: Terminal): string {
    const { milliseconds } = received;
    if ('error' in received) {
      return [
        paint('bold', `No answer (${milliseconds} ms)`),
        `  ${printableLines(this.#failure(received.error))}`,
        '',
        `${paint('yellow', 'retry')}: the delivery engine would try again`,
      ].join('\n');
    }
    const { answer } = received;
    const lines = [
      paint('bold', `Answer (${milliseconds} ms)`),
      `  HTTP ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`.trimEnd(),
    ];
    for (const [name, value] of this.#headers(answer.headers)) lines.push(`  ${name}: ${printableLines(value)}`);
    if (answer.body !== '') lines.push('', indent(printableLines(cut(this.#clean(answer.body), SHOWN))));
    lines.push('', this.#classification(received, paint));
    return lines.join('\n');
  }

  #classification({ verdict }: Exclude<Received, { error: unknown }>, paint: Terminal['paint']): string {
    if (verdict.outcome === 'delivered') {
      const sure = verdict.confirmed === false ? ' (received; this destination never confirms more)' : '';
      return `${paint('green', 'delivered')}${sure}`;
    }
    const why = printableLines(this.#clean(verdict.why));
    if (verdict.outcome === 'dead')
      return `${paint('red', 'dead')}: ${why}\nIt would be given up at once; no retry helps.`;
    const { retryAfterMs } = verdict;
    const wait = retryAfterMs === undefined ? '' : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
    return `${paint('yellow', 'retry')}: ${why}\nThe delivery engine would try again.${wait}`;
  }

  #url(): string {
    return this.#clean(shownUrl(`${this.request.origin}${this.request.path}`));
  }

  #headers(headers: Readonly<Record<string, string | string[] | undefined>>): [string, string][] {
    return Object.entries(headers).flatMap(([name, value]): [string, string][] => {
      if (value === undefined) return [];
      return [[name, secretHeader.test(name) ? '***' : this.#clean([value].flat().join(', '))]];
    });
  }

  #failure(error: unknown): string {
    const code = (error as { code?: unknown } | null)?.code;
    const message = this.#clean(messageOf(error));
    return typeof code === 'string' && !message.includes(code) ? `${message} (${code})`.trim() : message;
  }

  #clean(text: string): string {
    return withoutSecrets(text, this.secrets);
  }
}
