import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Attributes,
  type Counter,
  type Histogram,
  type Meter,
  metrics,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { house, SECRET, shops } from './support/shop.js';
import { json, recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();

interface Seen extends SpanOptions {
  name: string;
  status?: { code: SpanStatusCode; message?: string };
  ended?: unknown;
}
let spans: Seen[] = [];
let measured: [name: string, value: number, attributes: Attributes][] = [];
let failing = false;

/** What a host's OpenTelemetry SDK would register, keeping everything. */
beforeAll(() => {
  const startSpan = (name: string, options: SpanOptions = {}) => {
    if (failing) throw new Error('the exporter is broken');
    const seen: Seen = { name, ...options };
    spans.push(seen);
    return {
      setStatus: (status: { code: SpanStatusCode }) => void Object.assign(seen, { status }),
      end: (ended: unknown) => void Object.assign(seen, { ended }),
    } as unknown as Span;
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as unknown as Tracer });
  const record =
    (name: string) =>
    (value: number, attributes: Attributes = {}) => {
      measured.push([name, value, attributes]);
    };
  metrics.setGlobalMeterProvider({
    getMeter: () =>
      ({
        createCounter: (name: string) => ({ add: record(name) }) as unknown as Counter,
        createHistogram: (name: string) => ({ record: record(name) }) as unknown as Histogram,
      }) as unknown as Meter,
  });
});

afterEach(() => {
  [spans, measured, failing] = [[], [], false];
});

const names = () => measured.map(([name]) => name);

describe('OpenTelemetry', () => {
  it('sees each conversion and each attempt as a span with its outcome', async () => {
    const tracker = await sink((response) => json(response, 503, { echo: SECRET }));
    let now = Date.parse('2026-11-22T10:00:00.000Z');
    const tallyback = shop({ telemetry: true, now: () => now, destinations: { house: house(tracker.url) } });
    await tallyback.start();
    const { id } = await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    tracker.behave(recorded);
    now += 10_000;
    await tallyback.flush();
    expect(spans).toMatchObject([
      {
        name: 'tallyback conversion.created',
        kind: SpanKind.PRODUCER,
        attributes: { 'tallyback.transaction_id': 'A-1', 'tallyback.message_id': id, 'tallyback.deduplicated': false },
      },
      {
        name: 'tallyback deliver house',
        kind: SpanKind.CLIENT,
        attributes: { 'tallyback.outcome': 'retry', 'http.response.status_code': 503, 'tallyback.attempt': 1 },
        status: { code: SpanStatusCode.ERROR, message: expect.stringContaining('503') },
      },
      {
        name: 'tallyback deliver house',
        attributes: {
          'tallyback.outcome': 'delivered',
          'tallyback.destination.kind': 'tracker',
          'tallyback.attempt': 2,
        },
        startTime: now,
        ended: now,
      },
    ]);
    expect(spans[2]).not.toHaveProperty('status');
    expect(JSON.stringify(spans)).not.toContain(SECRET);
  });

  it('counts conversions and attempts, and measures how long attempts took', async () => {
    const tracker = await sink();
    const tallyback = shop({ telemetry: true, destinations: { house: house(tracker.url) } });
    await tallyback.start();
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    expect(names()).toEqual([
      'tallyback.conversions',
      'tallyback.conversions',
      'tallyback.delivery.attempts',
      'tallyback.delivery.duration',
    ]);
    expect(measured[1]?.[2]).toMatchObject({ 'tallyback.deduplicated': true });
    expect(measured[2]?.[2]).toEqual({ 'tallyback.destination': 'house', 'tallyback.outcome': 'delivered' });
  });

  it('breaks nothing when it fails itself', async () => {
    const tracker = await sink();
    const tallyback = shop({ telemetry: true, destinations: { house: house(tracker.url) } });
    await tallyback.start();
    failing = true;
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
  });

  it('can be switched off', async () => {
    const tracker = await sink();
    const tallyback = shop({ telemetry: false, destinations: { house: house(tracker.url) } });
    await tallyback.start();
    await tallyback.convert({ transactionId: 'A-1' });
    await tallyback.flush();
    expect([spans, measured]).toEqual([[], []]);
  });
});
