import { Injectable, Logger } from '@nestjs/common';
import { ConversionsService } from '../conversions/conversions.service.js';
import type { Intake, IntakeResult } from '../conversions/intake.js';
import type { HttpRequest } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import { Clock } from '../storage/clock.js';
import { isStorageFailure } from '../storage/storage-failure.js';
import { Arrival } from './arrival.js';
import { InboundLog } from './inbound-log.service.js';
import type { InboundPostback } from './inbound-postback.entity.js';
import { queryFacts } from './query-facts.js';
import type { Reader } from './reading.js';
import { SenderLimits } from './senders/sender-limits.js';
import { messageFacts } from './signed-messages.js';

/** Inbound requests from sender to outcome: read, proven, recorded, logged. */
@Injectable()
export class PostbacksService {
  private readonly logger = new Logger(PostbacksService.name);

  constructor(
    private readonly conversions: ConversionsService,
    private readonly log: InboundLog,
    private readonly limits: SenderLimits,
    private readonly clock: Clock,
  ) {}

  /** One request as it came in, read by the reader of its route. Its outcome is in the inbound log when this resolves. */
  async receive(request: HttpRequest, read: Reader): Promise<IntakeResult> {
    return (await this.run(new Arrival(request, this.clock.now()), read)).result;
  }

  /** Logs a request that a body parser refused before any of our code saw it. */
  refuseUnread(request: HttpRequest, refusal: Refusal): Promise<IntakeResult> {
    const facts = messageFacts(request);
    return this.receive(request, async () => ({ ok: false, refusal, step: 'readBody', facts }));
  }

  /** The whole way of a request, live or again: the result, and the row that the log has of it. */
  async run(arrival: Arrival, read: Reader): Promise<{ result: IntakeResult; logged: InboundPostback | undefined }> {
    try {
      const reading = await this.limits.read(arrival, read);
      if (!reading.ok) {
        arrival.note(reading.facts);
        const result = refusedAt(arrival, reading.step, reading.refusal);
        return { result, logged: reading.unlogged ? undefined : await this.log.add(arrival, result) };
      }
      arrival.note(reading.facts);
      let logged: InboundPostback | undefined;
      const alongside = (recorded: IntakeResult) => {
        logged = this.log.row(arrival, wholeWay(arrival, recorded));
        return logged;
      };
      const result = await this.conversions.record(asReplayed(arrival, reading.intake), { alongside });
      return { result: wholeWay(arrival, result), logged };
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      this.logger.error(`A postback could not be stored: ${(error as Error).name}: ${(error as Error).message}`);
      const detail = 'The message could not be stored. Nothing of it was kept: send it again.';
      const result = refusedAt(arrival, 'store', { reason: 'storage_unavailable', detail });
      this.log.tryToAdd(arrival, result);
      return { result, logged: undefined };
    }
  }

  /** The same way as {@link run}, with nothing stored: no conversion, no log row, no memory of the delivery. */
  async rehearse(arrival: Arrival, read: Reader): Promise<IntakeResult> {
    const reading = await read(arrival);
    arrival.note(reading.facts);
    if (!reading.ok) return arrival.ended(reading.step, reading.refusal);
    return wholeWay(arrival, await this.conversions.rehearse(reading.intake));
  }
}

/** A refusal; what its URL names is noted for the log, as far as reading has not found it out. */
function refusedAt(arrival: Arrival, step: string, refusal: Refusal): IntakeResult {
  arrival.facts = { ...queryFacts(arrival.request), ...arrival.facts };
  return arrival.ended(step, refusal);
}

/** The result of recording with the steps of reading before it. */
function wholeWay(arrival: Arrival, result: IntakeResult): IntakeResult {
  return { ...result, steps: [...arrival.steps, ...result.steps] };
}

/**
 * A replay is of the time of its request, and a delivery of it: whoever runs it twice, or twice at once, has its effect
 * once.
 */
function asReplayed({ replayOf, at }: Arrival, intake: Intake): Intake {
  if (replayOf === undefined) return intake;
  // The dot keeps it apart from what senders may choose.
  const { deliveryId = `log.${replayOf}` } = intake.sender;
  return { ...intake, arrivedAt: at, sender: { ...intake.sender, deliveryId } };
}
