import type * as Otel from '@opentelemetry/api';
import { VERSION } from '../version.js';
import type { Accepted, Attempted, Telemetry } from './telemetry.js';

const SCOPE = '@tallyback/sdk-node';

/**
 * Spans and metrics through whatever OpenTelemetry SDK the host has registered; inactive as long as there is none.
 * Attributes hold no personal data and no secrets.
 */
export class OpenTelemetry implements Telemetry {
  #watched: boolean;
  readonly #tracer: Otel.Tracer;
  readonly #conversions: Otel.Counter;
  readonly #attempts: Otel.Counter;
  readonly #durations: Otel.Histogram;

  constructor(private readonly api: typeof Otel) {
    this.#tracer = api.trace.getTracer(SCOPE, VERSION);
    const meter = api.metrics.getMeter(SCOPE, VERSION);
    this.#watched = meter !== api.createNoopMeter();
    this.#conversions = meter.createCounter('tallyback.conversions', {
      description: 'Conversions and updates accepted',
    });
    this.#attempts = meter.createCounter('tallyback.delivery.attempts', {
      description: 'Attempts at deliveries, by outcome',
    });
    this.#durations = meter.createHistogram('tallyback.delivery.duration', {
      description: 'How long attempts took',
      unit: 's',
    });
  }

  /** A host may register its tracer provider later than it makes its Tallyback, so a no is asked again. */
  get active(): boolean {
    this.#watched ||= this.#isTraced();
    return this.#watched;
  }

  accepted({ type, event, transactionId, id, destinations, deduplicated, startedAt, endedAt }: Accepted): void {
    this.#conversions.add(1, {
      'tallyback.event': event,
      'tallyback.type': type,
      'tallyback.deduplicated': deduplicated,
    });
    this.#span(`tallyback ${type}`, this.api.SpanKind.PRODUCER, startedAt, {
      'tallyback.event': event,
      'tallyback.transaction_id': transactionId,
      'tallyback.message_id': id,
      'tallyback.destinations': destinations,
      'tallyback.deduplicated': deduplicated,
    }).end(endedAt);
  }

  attempted({ id, destination, kind, event, attempt, outcome, status, why, startedAt, endedAt }: Attempted): void {
    const common = { 'tallyback.destination': destination, 'tallyback.outcome': outcome };
    this.#attempts.add(1, common);
    this.#durations.record((endedAt - startedAt) / 1_000, common);
    const span = this.#span(`tallyback deliver ${destination}`, this.api.SpanKind.CLIENT, startedAt, {
      ...common,
      'tallyback.destination.kind': kind,
      'tallyback.event': event,
      'tallyback.delivery_id': id,
      'tallyback.attempt': attempt,
      ...(status === undefined ? {} : { 'http.response.status_code': status }),
    });
    if (why !== undefined) span.setStatus({ code: this.api.SpanStatusCode.ERROR, message: why });
    span.end(endedAt);
  }

  /** The API stands in for a missing provider with one that delegates to nobody. */
  #isTraced(): boolean {
    const provider = this.api.trace.getTracerProvider() as Partial<Otel.ProxyTracerProvider>;
    return !provider.getDelegateTracer || provider.getDelegateTracer(SCOPE, VERSION) !== undefined;
  }

  #span(name: string, kind: Otel.SpanKind, startTime: number, attributes: Otel.Attributes): Otel.Span {
    return this.#tracer.startSpan(name, { kind, startTime, attributes });
  }
}
