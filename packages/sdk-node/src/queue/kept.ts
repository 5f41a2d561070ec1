import type { Recall } from '../recall.js';
import type { NewMessage } from './queue.js';

/** What is kept with an identity for good, as one text: the names of its destinations, then what its updates may need. */
export function keptText({ deliveries, recall }: Pick<NewMessage, 'deliveries' | 'recall'>): string {
  const names = deliveries.map(({ destination }) => destination);
  return JSON.stringify(recall === undefined ? names : [...names, recall]);
}

export function keptDestinations(text: string): string[] {
  return (JSON.parse(text) as (string | Recall)[]).filter((one) => typeof one === 'string');
}

export function keptRecall(text: string | null | undefined): Recall | undefined {
  const last = typeof text === 'string' ? (JSON.parse(text) as (string | Recall)[]).at(-1) : undefined;
  return typeof last === 'object' ? last : undefined;
}
