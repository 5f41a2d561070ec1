import { afterEach, describe, expect, it } from '@jest/globals';
import type { Settled } from '../src/outbox.js';
import { createOutbox, DeliveryEngine, type Destination, type OutboxDelivery, outboxSchema } from '../src/outbox.js';
import { databases } from './support/databases.js';
import { sinks } from './support/sink.js';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function to(url: string): Destination {
  return {
    kind: 'test',
    breaker: { failures: 2, openMs: 60_000 },
    toRequest: ({ id, body }) => ({ method: 'POST', origin: url, path: '/', headers: { 'webhook-id': id }, body }),
    classify: ({ status }) => (status < 300 ? { outcome: 'delivered' } : { outcome: 'retry', why: `HTTP ${status}` }),
  };
}

describe.each(databases())('an outbox on $name', ({ create }) => {
  const makeSink = sinks();
  const engines: DeliveryEngine[] = [];
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.stop(0)));
  });

  async function start(onSettled: (settled: Settled) => void = () => {}) {
    const dataSource = await (await create()).connect();
    for (const statement of outboxSchema(dataSource, 'told')) await dataSource.query(statement);
    const { queue, insert, table } = createOutbox(dataSource, 'told');
    const engine = new DeliveryEngine({ queue, onSettled, logger: silent, retrySchedule: [60_000] });
    engines.push(engine);
    const store = async (deliveries: readonly OutboxDelivery[]) => {
      for (const { text, parameters } of insert(deliveries)) await dataSource.query(text, [...parameters]);
    };
    const waiting = async () => Number((await dataSource.query(`SELECT count(*) AS n FROM ${table}`))[0].n);
    return { engine, store, waiting, queue };
  }
  let n = 0;
  const delivery = (destination: string, transactionId: string, body: string): OutboxDelivery => {
    n += 1;
    return { id: `d${n}`, destination, event: 'purchase', transactionId, body, createdAt: Date.now() };
  };

  it('delivers those of one transaction id in the order of one statement, and of several', async () => {
    const sink = await makeSink();
    const { engine, store, queue } = await start();
    await store([delivery('a', 'T-1', '1'), delivery('a', 'T-2', 'x'), delivery('a', 'T-1', '2')]);
    await store([delivery('a', 'T-1', '3')]);
    engine.add('a', to(sink.url), 'one');
    await sink.arrived(4);
    const bodies = sink.received.map(({ body }) => body.toString());
    expect(bodies.filter((body) => body !== 'x')).toEqual(['1', '2', '3']);
    await engine.stop(60_000);
    expect(await queue.counts(['a'])).toEqual({ pending: 0, inFlight: 0, dead: 0 });
  });

  it('leaves every destination of a place in peace when one of them finds that it fails', async () => {
    const sink = await makeSink((response) => response.writeHead(500).end());
    const settled: Settled[] = [];
    let twice = () => {};
    const failed = new Promise<void>((resolve) => {
      twice = resolve;
    });
    const { engine, store, waiting } = await start((one) => {
      settled.push(one);
      if (settled.length === 2) twice();
    });
    await store([delivery('a', 'T-1', '1'), delivery('a', 'T-2', '2')]);
    engine.add('a', to(sink.url), 'host');
    await failed;
    expect(settled).toMatchObject([{ outcome: 'retry', status: 500, attempt: 1 }, { outcome: 'retry' }]);
    expect(engine.breakerOf('host')).toBe('open');
    await store([delivery('b', 'T-3', '3')]);
    engine.add('b', to(sink.url), 'host');
    engine.wake(['b']);
    const other = await makeSink();
    await store([delivery('c', 'T-4', '4')]);
    engine.add('c', to(other.url), 'elsewhere');
    await other.arrived(1);
    expect(sink.received).toHaveLength(2);
    await engine.stop(60_000);
    expect(await waiting()).toBe(3);
  });

  it('keeps for later what a destination that was removed has left', async () => {
    const sink = await makeSink();
    const { engine, store, waiting } = await start();
    engine.add('a', to(sink.url), 'host');
    await engine.remove('a');
    await store([delivery('a', 'T-1', '1')]);
    engine.wake();
    expect([engine.names, await waiting()]).toEqual([[], 1]);
    engine.add('a', to(sink.url), 'host');
    await sink.arrived(1);
    await engine.stop(60_000);
    expect(await waiting()).toBe(0);
  });
});
