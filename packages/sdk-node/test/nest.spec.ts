import { afterEach, describe, expect, it } from '@jest/globals';
import { type DynamicModule, type INestApplicationContext, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { memoryQueue } from '../src/memory.js';
import { Tallyback, TallybackModule } from '../src/nest.js';
import type { Queue } from '../src/queue/queue.js';
import { keptQueue } from './support/kept-queue.js';
import { house, quiet } from './support/shop.js';
import { json, recorded, sinks } from './support/sink.js';

const sink = sinks();
const running: INestApplicationContext[] = [];

afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
});

@Injectable()
class Checkout {
  constructor(@Inject(Tallyback) readonly tallyback: Tallyback) {}

  pay(transactionId: string) {
    return this.tallyback.convert({ transactionId });
  }
}

@Module({ providers: [Checkout], exports: [Checkout] })
class ShopModule {}

@Module({ providers: [{ provide: 'TRACKER_URL', useValue: '' }], exports: ['TRACKER_URL'] })
class ConfigModule {}

async function start(...imports: DynamicModule[]): Promise<INestApplicationContext> {
  @Module({ imports: [...imports, ShopModule] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  running.push(app);
  return app;
}

const common = { logger: quiet, telemetry: false };

describe('TallybackModule', () => {
  it('gives one Tallyback to every module', async () => {
    const tracker = await sink();
    const destinations = { house: house(tracker.url) };
    const app = await start(TallybackModule.forRoot({ ...common, queue: memoryQueue(), destinations }));
    const { tallyback } = app.get(Checkout);
    expect(tallyback).toBe(app.get(Tallyback, { strict: false }));
    await app.get(Checkout).pay('A-1');
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
  });

  it('takes options that a factory makes of what is injected', async () => {
    const tracker = await sink();
    const config: DynamicModule = {
      module: ConfigModule,
      providers: [{ provide: 'TRACKER_URL', useValue: tracker.url }],
      exports: ['TRACKER_URL'],
    };
    const app = await start(
      TallybackModule.forRootAsync({
        imports: [config],
        inject: ['TRACKER_URL'],
        useFactory: async (url: string) => ({ ...common, queue: memoryQueue(), destinations: { house: house(url) } }),
      }),
    );
    await app.get(Checkout).pay('A-1');
    await tracker.arrived(1);
  });

  it('delivers what is due when the application ends, and closes the queue', async () => {
    const tracker = await sink();
    const queue = memoryQueue();
    const destinations = { house: house(tracker.url) };
    const app = await start(TallybackModule.forRoot({ ...common, queue, destinations }));
    const checkout = app.get(Checkout);
    await Promise.all(Array.from({ length: 50 }, (_, n) => checkout.pay(`A-${n}`)));
    await app.close();
    expect(tracker.received).toHaveLength(50);
    await expect(queue.counts(['house'])).rejects.toMatchObject({ code: 'queue_unavailable' });
    await expect(checkout.pay('late')).rejects.toMatchObject({ code: 'queue_unavailable' });
  });

  it('ends in time while a destination hangs, and hands everything back', async () => {
    const hanging = await sink(() => {});
    const { queue, kept, handedBack } = keptQueue();
    const destinations = { house: house(hanging.url) };
    const app = await start(TallybackModule.forRoot({ ...common, queue, destinations, shutdownTimeoutMs: 400 }));
    for (const transactionId of ['A-1', 'A-2']) await app.get(Checkout).pay(transactionId);
    await hanging.arrived(1);
    await app.close();
    await handedBack('house');
    expect(await kept.counts(['house'])).toEqual({ pending: 2, inFlight: 0, dead: 0 });
  });

  it('starts although the queue cannot be opened, and delivers when it can', async () => {
    const tracker = await sink((response) => json(response, 503, {}));
    tracker.behave(recorded);
    const inner = memoryQueue();
    let broken = true;
    const queue: Queue = new Proxy(inner, {
      get: (target, name) =>
        name === 'open' && broken
          ? () => Promise.reject(new Error('disk full'))
          : (Reflect.get(target, name) as ((...given: unknown[]) => unknown) | undefined)?.bind(target),
    });
    const app = await start(TallybackModule.forRoot({ ...common, queue, destinations: { house: house(tracker.url) } }));
    broken = false;
    await app.get(Checkout).pay('A-1');
    await tracker.arrived(1);
  });

  it('stops the application from starting when an option cannot work', async () => {
    await expect(start(TallybackModule.forRoot({ ...common, destinations: {} }))).rejects.toMatchObject({
      code: 'configuration_invalid',
    });
    const options = { ...common, queue: memoryQueue(), destinations: { house: house('http://127.0.0.1:1') } };
    for (const shutdownTimeoutMs of [0, Number.NaN, '5s']) {
      await expect(
        start(TallybackModule.forRoot({ ...options, shutdownTimeoutMs: shutdownTimeoutMs as number })),
      ).rejects.toMatchObject({ option: 'shutdownTimeoutMs' });
    }
    await expect(start(TallybackModule.forRootAsync({ useFactory: () => undefined as never }))).rejects.toMatchObject({
      option: 'options',
    });
  });

  it.each([
    ['options', () => TallybackModule.forRoot(undefined as never)],
    ['useFactory', () => TallybackModule.forRootAsync(null as never)],
    ['useFactory', () => TallybackModule.forRootAsync({} as never)],
  ])('says at once that it lacks %s', (option, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'configuration_invalid', option }));
  });
});
