import type { SenderFault as Fault } from './sender-faults.js';

export type Json = Record<string, unknown>;

/** A message as it is planned. */
export interface Message {
  readonly type: string;
  readonly data: Json;
}

/** What a careless sender makes of what it was told. */
export function changed(data: Json, fault: Fault): Json {
  const copy = structuredClone(data);
  CHANGES[fault]?.(copy);
  return copy;
}

const CHANGES: Readonly<Partial<Record<Fault, (data: Json) => void>>> = {
  'sends amounts as numbers': (data) => {
    data.revenue = Number(data.revenue);
  },
  'rounds amounts to cents': (data) => {
    data.revenue = Number(data.revenue).toFixed(2);
  },
  'escapes quotes as pages do': (data) => {
    data.metadata = JSON.parse(JSON.stringify(data.metadata ?? {}).replaceAll('\\"', '&quot;'));
  },
  'trims transaction ids': (data) => {
    data.transactionId = String(data.transactionId).trim();
  },
  'sends items as they come': (data) => {
    if (Array.isArray(data.items)) data.items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  },
  'cuts what is long': (data) => {
    if (Array.isArray(data.items)) data.items = data.items.slice(0, 20);
  },
  'tells its own time': (data) => {
    data.occurredAt = new Date().toISOString();
  },
  'adds fields of its own': (data) => {
    data.source = 'web';
  },
};
