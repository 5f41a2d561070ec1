import { ConflictException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Conversion } from '../conversions/conversion.entity.js';
import type { IntakeResult } from '../conversions/intake.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { Arrival, type Vouched } from './arrival.js';
import { InboundLog } from './inbound-log.service.js';
import { InboundPostback } from './inbound-postback.entity.js';
import { type InboundRoute, InboundRoutes } from './inbound-routes.js';
import { PostbacksService } from './postbacks.service.js';
import { signatureParameter } from './redact.js';
import type { ProvenSender } from './senders/prove-sender.js';
import { storedRequest } from './stored-request.js';

/** What became of a request that was run again, and the log row that says so. */
export interface Replay {
  readonly result: IntakeResult;
  readonly logged: InboundPostback | undefined;
}

const DELIVERY_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Runs requests of the inbound log again, after the cause of their refusal is mended. */
@Injectable()
export class ReplaysService {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly routes: InboundRoutes,
    private readonly postbacks: PostbacksService,
    private readonly log: InboundLog,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  /**
   * Runs a logged request again: by the catalog as it is now, by the time at which the request arrived. A sender that was
   * proven then stays so; a signature that proved nothing is tried with the secrets of now. A request whose secrets the
   * log has blanked out needs somebody to answer for its sender.
   *
   * @param vouch Whether the operator answers for the sender. The log then names the sender `operator`.
   * @throws NotFoundException when there is no such row, ConflictException when it cannot be run again, with the reason.
   */
  async replay(id: string, { vouch = false }: { vouch?: boolean } = {}): Promise<Replay> {
    const row = await this.storage.manager.findOneBy(InboundPostback, { id });
    if (!row) throw new NotFoundException('There is no request with this id in the inbound log.');
    const route = this.routes.find(row.path);
    if (!route)
      throw new ConflictException('This request is not a postback (a click link, for example): it has no replay.');
    if (!row.whole) {
      throw new ConflictException(
        'The log has only a part of this request: it was too large, its body could not be read, or ' +
          'a person in it was erased. Ask its sender to send it again.',
      );
    }
    const wholeAddress = this.options.keepIp === 'full';
    if (!vouch) requireProvable(row, wholeAddress);
    const request = storedRequest(row, wholeAddress);
    const vouched = vouchedSender(row, route, vouch);
    const replayOf = row.replayOf ?? row.id;
    const arrival = new Arrival(request, row.receivedAt, { purpose: 'replay', vouched, replayOf });
    const standing = await this.standing(row);
    if (!standing) return this.postbacks.run(arrival, route.read);
    const { advertiser, clickId, transactionId, deliveryId } = row;
    arrival.note({
      advertiser: advertiser ?? undefined,
      clickId: clickId ?? undefined,
      transactionId: transactionId ?? undefined,
      deliveryId: deliveryId ?? undefined,
      sender: vouched?.sender.method,
    });
    const result: IntakeResult = {
      accepted: true,
      outcome: 'duplicate',
      conversion: standing,
      step: 'findDelivery',
      steps: [{ name: 'findDelivery', outcome: 'ended', detail: 'duplicate' }],
    };
    return { result, logged: await this.log.add(arrival, result) };
  }

  /** The conversion of a request that had its effect when it came, or in a replay before this one. */
  private async standing(row: InboundPostback): Promise<Conversion | null> {
    const { manager } = this.storage;
    const id = row.conversionId ?? (await this.effectOfReplay(row));
    return id === null ? null : manager.findOneBy(Conversion, { id });
  }

  /** The delivery id of a replay keeps two at once apart, but only as long as deliveries are remembered; rows stay longer. */
  private async effectOfReplay({ id, replayOf, transactionId }: InboundPostback): Promise<string | null> {
    if (transactionId === null) return null;
    // By the transaction id as well, because that has an index.
    const where = { transactionId, replayOf: replayOf ?? id, conversionId: Not(IsNull()) };
    const done = await this.storage.manager.findOneBy(InboundPostback, where);
    return done?.conversionId ?? null;
  }
}

/** Refuses what could only fail for what the log has left out, which would blame the sender for it. */
function requireProvable(row: InboundPostback, wholeAddress: boolean): void {
  if (row.sender !== null) return;
  const lost = row.redacted
    ? 'a token or another secret that proved its sender, and the log keeps none'
    : row.reason === 'ip_not_allowed' && !wholeAddress
      ? 'the address that it came from, which the log keeps only in part'
      : undefined;
  if (lost === undefined) return;
  throw new ConflictException(
    `This request was not proven when it came, and cannot be now: that needs ${lost}. If you know that it is genuine, ` +
      'answer for it: send { "vouch": true }.',
  );
}

function vouchedSender(row: InboundPostback, route: InboundRoute, vouch: boolean): Vouched | undefined {
  if (row.sender === null && !vouch) return undefined;
  const method = (row.sender ?? 'operator') as ProvenSender['method'];
  const signed =
    method === 'operator'
      ? route.signedBody === true || signatureParameter(row.query ?? '') !== undefined
      : method === 'signature' || method === 'url_signature';
  const { deliveryId, advertiser } = row;
  // A proven id is taken as it stands (those of batch items have a form of their own), another only in the form of one.
  const known = signed && deliveryId !== null && (row.sender !== null || DELIVERY_ID.test(deliveryId));
  return { sender: { method, signed, ...(known && { deliveryId }) }, advertiser: advertiser ?? undefined };
}
