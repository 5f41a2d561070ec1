import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { NetworkPostback, ReceiveSettings } from '@tallyback/protocol';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';
import { compatCatalog, NETWORK_PATHS } from './compat-catalog.js';

interface Vector {
  readonly description: string;
  readonly query: string;
  readonly settings?: ReceiveSettings;
  readonly postback?: NetworkPostback;
  readonly faults?: readonly { reason: string; field: string }[];
}

const VECTOR_CLICK = /01arz3ndektsv4rrffq69g5fav/gi;

function vectorsOf(network: string): Vector[] {
  const path = join(__dirname, `../../../protocol/vectors/networks/${network}.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { receive: Vector[] }).receive;
}

/** Every postback of the published vectors, each with an advertiser that has the vector's settings. */
const cases = Object.keys(NETWORK_PATHS).flatMap((network) =>
  vectorsOf(network).map((vector, index) => ({
    network,
    key: `${network}-${index}`,
    currency: vector.postback?.conversion.currency,
    ...vector,
  })),
);

async function stored(tracker: Tracker, clickId: string): Promise<Json[]> {
  return (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body.items as Json[];
}

describe('a network’s own postback, as the vectors publish it', () => {
  onEveryDatabase(
    (current) => {
      it.each(cases)('$network: $description', async ({ network, key, query, postback, faults }) => {
        const { tracker } = current;
        const clickId = await click(tracker, key);
        const sent = query.replaceAll(VECTOR_CLICK, clickId);
        const answer = await send(tracker, `${NETWORK_PATHS[network]}?${sent}&advertiser=${key}`);
        if (!postback?.conversion.clickId) {
          // A postback by coupon alone comes from no click; who may report that is decided elsewhere.
          if (faults) expect(answer.headers).toMatchObject({ 'tallyback-outcome': 'rejected' });
          if (faults) expect(faults.map(({ reason }) => reason)).toContain(answer.headers['tallyback-reason']);
          return;
        }
        const { event, transactionId, revenue, status, couponCode } = postback.conversion;
        if (query.includes('tb_sig')) {
          // Signatures of the vectors are none; that they are verified at all is what counts here.
          expect(answer.headers['tallyback-reason']).toBe('signature_invalid');
          return;
        }
        expect(answer.headers['tallyback-outcome']).toBe('recorded');
        const [conversion] = await stored(tracker, clickId);
        expect(conversion).toMatchObject({
          event,
          transactionId: transactionId.replaceAll(VECTOR_CLICK, clickId),
          status: status ?? 'approved',
          couponCode: couponCode ?? null,
          ...(revenue !== undefined && { revenue: { amount: twoDecimals(revenue) } }),
        });
        const kept = { ...postback.conversion.metadata } as Record<string, unknown>;
        for (const [kind, id] of Object.entries(postback.catalog)) kept[`${network}_${kind}`] = id;
        expect(conversion?.metadata ?? {}).toEqual(kept);
      });
    },
    { seed: compatCatalog(cases) },
  );
});

function twoDecimals(amount: string): string {
  const [whole, decimals = ''] = amount.split('.');
  return `${whole}.${decimals.padEnd(2, '0')}`;
}
