import { type ConversionStatus, DEFAULT_EVENT } from '../conversion.js';
import type { PostbackReader } from './postback-reader.js';

const statuses: Readonly<Record<string, ConversionStatus>> = {
  lead: 'pending',
  sale: 'approved',
  rebill: 'approved',
  rejected: 'rejected',
};

/**
 * Keitaro's status, after the mapping that the URL itself may carry (`sale_status=confirmed`). Without one it is a sale.
 */
export function readKeitaroStatus(reader: PostbackReader): {
  status?: ConversionStatus;
  event: string;
  rebill: boolean;
} {
  const given = reader.field('status', ['status']) ?? { name: 'status', value: 'sale' };
  const word = given.value.toLowerCase();
  let mapped = word;
  for (const theirs of ['lead', 'sale', 'rejected', 'ignore']) {
    const list = reader
      .take([`${theirs}_status`])
      ?.value.toLowerCase()
      .split(',');
    if (list?.some((entry) => entry.trim() === word)) mapped = theirs;
  }
  if (mapped === 'ignore') reader.fault('invalid_field', given.name, 'is one that "ignore_status" says to ignore');
  if (mapped !== word) reader.keep('original_status', given.value);
  const status = reader.status(statuses, { name: given.name, value: mapped === word ? given.value : mapped });
  return { status, event: DEFAULT_EVENT, rebill: mapped === 'rebill' };
}
