import { afterEach, describe, expect, it } from '@jest/globals';
import * as api from '@opentelemetry/api';
import { OpenTelemetry } from './open-telemetry.js';

const { metrics, trace } = api;

describe('OpenTelemetry', () => {
  afterEach(() => {
    trace.disable();
    metrics.disable();
  });

  it('is inactive while the host has registered no SDK, and notices a tracer provider that comes later', () => {
    const telemetry = new OpenTelemetry(api);
    expect(telemetry.active).toBe(false);
    trace.setGlobalTracerProvider({ getTracer: () => ({}) as never });
    expect(telemetry.active).toBe(true);
  });

  it('is active for metrics alone', () => {
    const meter = { createCounter: () => ({}), createHistogram: () => ({}) };
    metrics.setGlobalMeterProvider({ getMeter: () => meter as never });
    expect(new OpenTelemetry(api).active).toBe(true);
  });
});
