import { request } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyPair, createSecret } from '@tallyback/protocol';
import { type ConversionInput, Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { memoryQueue } from '@tallyback/sdk-node/memory';
import { choose, readCases } from '../../packages/protocol/conformance/src/case-files.js';
import type { SenderCase } from '../../packages/protocol/conformance/src/sender/case.js';
import { runSender, type SenderResult } from '../../packages/protocol/conformance/src/sender/run-sender.js';
import type { SenderSettings } from '../../packages/protocol/conformance/src/sender/settings.js';
import { SENDER_FAULTS, type SenderFault } from './support/sender-faults.js';
import { type Plan, SmallSender } from './support/small-sender.js';

const CASES = readCases<SenderCase>('sender');
const SECRETS = [createSecret(), createSecret()] as const;
const KEY_PAIR = createKeyPair();
/** Long enough for a machine that is busy, short enough for the answer that never comes. */
const TIMEOUT_MS = 4_000;
const SETTINGS: SenderSettings = {
  advertiser: 'acme',
  secret: SECRETS[0],
  nextSecret: SECRETS[1],
  publicKey: KEY_PAIR.publicKey,
  retryAfterSeconds: 2,
  attempts: 10,
  minDelayMs: 100,
  quietMs: 1_000,
  limitMs: 50_000,
  toleranceSeconds: 300,
};

/** Who does not wait may come late all the same, from a machine that is busy; who waits for ever has to be left. */
const PATIENCE: Partial<Record<SenderFault, Partial<SenderSettings>>> = {
  'does not wait': { minDelayMs: 60_000 },
  'does not mind Retry-After': { retryAfterSeconds: 60 },
  'does not read dates': { retryAfterSeconds: 60 },
  'waits for nonsense for ever': { limitMs: 5_000 },
  'waits for answers for ever': { limitMs: 5_000 },
};

const failed = ({ results }: SenderResult): string[] =>
  results.flatMap(({ result, name }) => (result === 'pass' ? [] : [name]));

/** The result is drawn when the sender has no more to send: a pause between two attempts proves nothing. */
async function judgeSmall(
  fault: SenderFault,
  only: readonly string[],
  settings: Partial<SenderSettings> = {},
  timeoutMs = TIMEOUT_MS,
): Promise<SenderResult> {
  const found = choose(CASES, only);
  if ('unknown' in found) throw new Error(`there is no case ${found.unknown}`);
  const sender = new SmallSender({ secrets: SECRETS, secretKey: KEY_PAIR.secretKey }, fault, timeoutMs);
  const over = new AbortController();
  let sending: Promise<void> | undefined;
  const ready = (plan: Plan) => {
    sending = sender.send(plan).finally(() => over.abort());
  };
  const all = { ...SETTINGS, quietMs: SETTINGS.limitMs, ...settings };
  const result = await runSender(all, found.chosen, { port: 0, host: '127.0.0.1', ready, signal: over.signal });
  sender.end();
  await sending;
  return result;
}

describe('the cases for senders', () => {
  it('all pass with sdk-node', async () => {
    const secret = [...SECRETS, KEY_PAIR.secretKey];
    const stored: Promise<unknown>[] = [];
    let shop: Tallyback | undefined;
    const ready = ({ url, advertiser, messages }: Plan) => {
      const house = tracker({ url, advertiser, secret, breaker: false, timeoutMs: TIMEOUT_MS });
      const retrySchedule = Array.from({ length: 9 }, () => 150);
      shop = new Tallyback({
        queue: memoryQueue(),
        telemetry: false,
        destinations: { house },
        retrySchedule,
        logger: SILENT,
      });
      for (const { type, data } of messages) {
        stored.push(
          type === 'conversion.created' ? shop.convert(data as ConversionInput) : shop.update(data as ConversionInput),
        );
      }
    };
    const { results, faults } = await runSender(SETTINGS, CASES, { port: 0, host: '127.0.0.1', ready });
    await Promise.all(stored);
    await shop?.close({ timeoutMs: 1_000 });
    expect(results.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(faults).toEqual([]);
    expect(results).toHaveLength(CASES.length);
  }, 60_000);

  it('all pass with a sender that has nothing in common with it', async () => {
    const { results, faults } = await judgeSmall('none', []);
    expect(results.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(faults).toEqual([]);
  }, 60_000);

  it('can fail, each of them', async () => {
    expect(failed(await judgeSmall('sends nothing', []))).toEqual(CASES.map(({ name }) => name));
  });

  it('leave no timer behind when they are ended while an answer is on its way', async () => {
    const found = choose(CASES, ['accepted.slow']);
    if ('unknown' in found) throw new Error(`there is no case ${found.unknown}`);
    const over = new AbortController();
    const ready = ({ url, messages: [{ type, data } = { type: '', data: {} }] }: Plan) => {
      const sent = request(`${url}/v1/conversions`, { method: 'POST', agent: false }, (response) => {
        response.on('error', ignore).resume();
        over.abort();
      });
      sent.on('error', ignore).end(JSON.stringify({ type, timestamp: new Date().toISOString(), data }));
    };
    const before = timers();
    await runSender(SETTINGS, found.chosen, { port: 0, host: '127.0.0.1', ready, signal: over.signal });
    expect(over.signal.aborted).toBe(true);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  describe('find a sender that', () => {
    const faults = Object.keys(SENDER_FAULTS) as (keyof typeof SENDER_FAULTS)[];
    const found = new Map<string, readonly string[]>();

    // All at the same time: most of it is waiting.
    beforeAll(async () => {
      await Promise.all(
        faults.map(async (fault) => {
          const result = await judgeSmall(fault, SENDER_FAULTS[fault], PATIENCE[fault], 30_000);
          found.set(fault, failed(result));
        }),
      );
    }, 60_000);

    it.each(faults)('%s', (fault) => {
      expect([...(found.get(fault) ?? [])].sort()).toEqual([...SENDER_FAULTS[fault]].sort());
    });
  });
});

const ignore = () => {};
/** Those that keep a process alive. */
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
