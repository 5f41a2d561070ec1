import type { IncomingHttpHeaders } from 'node:http';
import type { ReceiverFault as Fault } from './receiver-faults.js';

/** A classic postback, as far as it has been read. */
export interface Postback {
  readonly parameters: URLSearchParams;
  /** Whether it says to be signed. */
  readonly signed: boolean;
  /** What the signature is looked for in. */
  readonly signedQuery: string;
}

interface Received {
  readonly method: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const NAMES: Readonly<Record<string, string>> = {
  clickid: 'clickId',
  click_id: 'clickId',
  txid: 'transactionId',
  transaction_id: 'transactionId',
  revenue: 'revenue',
  amount: 'revenue',
  currency: 'currency',
  event: 'event',
  status: 'status',
};
const PARTS = ['tb_id', 'tb_ts', 'tb_sig'];

/** What a postback says: its URL, and its form where no signature would have to cover that. */
export function readPostback({ method, query, headers, body }: Received, fault: Fault): Postback {
  const type = headers['content-type'] ?? '';
  const form = method === 'POST' && type.includes('form') ? formText(body.toString(), fault) : '';
  const signedQuery = fault === 'takes signatures from forms' && form ? `${query}&${form}` : query;
  const parameters = new URLSearchParams(query);
  const signed = PARTS.some((name) => new URLSearchParams(signedQuery).has(name));
  if (!signed && fault !== 'does not read forms')
    for (const [name, value] of new URLSearchParams(form)) parameters.set(name, value);
  if (signed && fault === 'reads what stands beside a signed URL') {
    const beside = type.includes('json') ? Object.entries(JSON.parse(body.toString())) : new URLSearchParams(form);
    for (const [name, value] of beside) parameters.set(name, String(value));
  }
  return { parameters, signed, signedQuery };
}

/** The fields of a conversion, and a parameter that none of them has for a name. */
export function dataOf({ parameters }: Postback, fault: Fault): { data: Record<string, string>; unknown?: string } {
  const data: Record<string, string> = {};
  let unknown: string | undefined;
  for (const [name, value] of parameters) {
    const isOther = ['click_id', 'transaction_id', 'amount'].includes(name);
    const known = fault === 'knows one name of a parameter' && isOther ? undefined : NAMES[name];
    if (known) data[known] = value;
    else if (!/^(?:tb_|sub|token$)/.test(name)) unknown = name;
  }
  if (fault === 'reads no event of postbacks') data.status = 'approved';
  if (fault === 'counts postbacks apart') data.event = 'postback';
  return { data, ...(unknown !== undefined && { unknown }) };
}

function formText(text: string, fault: Fault): string {
  if (fault === 'takes a plus in a form for a plus') return text.replaceAll('+', '%2B');
  return fault === 'reads amounts of forms as people do' ? text.replace(/(revenue=\d+)%2C/, '$1.') : text;
}
