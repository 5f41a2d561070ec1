import { Injectable, Logger } from '@nestjs/common';
import type { Settled } from '@tallyback/sdk-node/outbox';
import { type Observable, Subject } from 'rxjs';
import type { Click } from '../clicks/click.entity.js';
import type { Conversion } from '../conversions/conversion.entity.js';
import type { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import { GuardedObservable } from './guarded-observable.js';

/** A conversion with what just happened to it. */
export interface ConversionEvent {
  readonly outcome: 'recorded' | 'updated' | 'unattributed';
  readonly conversion: Conversion;
}

/**
 * What happens in this process, as RxJS streams. Everything is emitted after its commit, so that a subscriber never sees
 * what is rolled back.
 */
@Injectable()
export class TrackerEvents {
  private readonly logger = new Logger(TrackerEvents.name);
  private readonly clicks = new Subject<Click>();
  private readonly conversions = new Subject<ConversionEvent>();
  private readonly postbacks = new Subject<InboundPostback>();
  private readonly partnerPostbacks = new Subject<Settled>();

  /** Clicks that are in the database. */
  readonly clicks$: Observable<Click> = this.guarded(this.clicks);
  /** Conversions that were recorded or changed. */
  readonly conversions$: Observable<ConversionEvent> = this.guarded(this.conversions);
  /** Inbound requests with their outcome, accepted and refused. */
  readonly postbacks$: Observable<InboundPostback> = this.guarded(this.postbacks);

  /** Attempts to tell partners, with what they answered. */
  readonly partnerPostbacks$: Observable<Settled> = this.guarded(this.partnerPostbacks);

  emitClick(click: Click): void {
    this.clicks.next(click);
  }

  emitConversion(event: ConversionEvent): void {
    this.conversions.next(event);
  }

  emitPostback(postback: InboundPostback): void {
    this.postbacks.next(postback);
  }

  emitPartnerPostback(settled: Settled): void {
    this.partnerPostbacks.next(settled);
  }

  /** One bad subscriber must not take the tracker down. */
  private guarded<T>(source: Subject<T>): Observable<T> {
    return new GuardedObservable(source, (error) =>
      this.logger.error(`A subscriber failed: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
}
