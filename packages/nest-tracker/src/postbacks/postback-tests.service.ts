import { Injectable, NotFoundException } from '@nestjs/common';
import { HEADER_ID, type Outcome, PARAMETER_ID, type Reason } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Conversion } from '../conversions/conversion.entity.js';
import type { IntakeResult, StepTrace } from '../conversions/intake.js';
import { outcomeBody } from '../conversions/outcome-body.js';
import { type HttpRequest, header, isForm } from '../http/http-request.js';
import { Clock } from '../storage/clock.js';
import { Arrival, type Vouched } from './arrival.js';
import { type InboundRoute, InboundRoutes } from './inbound-routes.js';
import { intakeReply } from './intake-reply.js';
import type { PostbackTest } from './postback-test-request.js';
import { PostbacksService } from './postbacks.service.js';
import { UNREADABLE_BODY } from './unreadable-body.js';

/** What would become of a postback. */
export interface PostbackTestReport {
  readonly outcome: Outcome;
  readonly reason?: Reason;
  readonly field?: string | undefined;
  readonly detail?: string;
  readonly advertiser: string | null;
  /** How the sender proved itself; null when it did not, `operator` when the proof was skipped. */
  readonly sender: string | null;
  readonly proofSkipped: boolean;
  /** Every step, in order; the last one ended it. */
  readonly steps: readonly StepTrace[];
  /** The conversion as it would stand afterwards; null when it would be refused. */
  readonly conversion: object | null;
  /** The answer that the sender would get; the id of a conversion that is not stored yet is made up. */
  readonly answer: { readonly status: number; readonly headers: object; readonly body: string };
}

/** Dry runs of inbound postbacks: every step that a live one takes, and nothing stored. */
@Injectable()
export class PostbackTestsService {
  constructor(
    private readonly routes: InboundRoutes,
    private readonly postbacks: PostbacksService,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
  ) {}

  /** @throws NotFoundException when no postback comes in by the path. */
  async run({ request, skipProof }: PostbackTest): Promise<PostbackTestReport> {
    const route = this.routes.find(request.path);
    if (!route) {
      throw new NotFoundException(`No postback comes in by the path "${request.path}". Check "url".`);
    }
    const vouched = skipProof ? anybody(request, route) : undefined;
    const arrival = new Arrival(request, this.clock.now(), { purpose: 'test', vouched });
    const result = isUnreadable(request, route)
      ? arrival.ended('readBody', UNREADABLE_BODY)
      : await this.postbacks.rehearse(arrival, route.read);
    const catalog = await this.catalog.snapshot();
    const {
      status,
      headers = {},
      body = '',
    } = route.reply ? route.reply(result, request, arrival.facts.status) : intakeReply(result);
    return {
      ...summary(result),
      advertiser: arrival.facts.advertiser ?? null,
      sender: arrival.facts.sender ?? null,
      proofSkipped: skipProof,
      steps: result.steps,
      conversion: result.accepted ? conversionOf(result, catalog) : null,
      answer: { status, headers, body },
    };
  }
}

function summary(result: IntakeResult): Pick<PostbackTestReport, 'outcome' | 'reason' | 'field' | 'detail'> {
  if (result.accepted) return { outcome: result.outcome };
  const { reason, field, detail } = result.refusal;
  return { outcome: 'rejected', reason, field, detail };
}

function conversionOf(result: IntakeResult & { accepted: true }, catalog: CatalogSnapshot): object {
  const { conversion, outcome } = result;
  const { outcome: _, conversionId, ...shown } = outcomeBody(outcome, conversion);
  return {
    // What is not stored has no id.
    id: isNew(result) ? null : conversionId,
    event: conversion.event,
    transactionId: conversion.transactionId,
    ...catalog.keysOf(conversion),
    ...shown,
    couponCode: conversion.couponCode,
    customerId: conversion.customerId,
    items: conversion.items,
    metadata: conversion.metadata,
    occurredAt: new Date(conversion.occurredAt).toISOString(),
  } satisfies Partial<Record<keyof Conversion | 'advertiser' | 'campaign' | 'offer' | 'partner', unknown>>;
}

function isNew({ outcome }: IntakeResult & { accepted: true }): boolean {
  return outcome === 'recorded' || outcome === 'unattributed';
}

/** Whether a body parser would have refused the body before any reader saw it. */
function isUnreadable(request: HttpRequest, route: InboundRoute): boolean {
  if (!request.rawBody || isForm(request) || route.signedBody) return false;
  try {
    JSON.parse(request.rawBody.toString('utf8'));
    return false;
  } catch {
    return true;
  }
}

/** The sender of a test that skips the proof: signed where a signature is what proves a sender. */
function anybody(request: HttpRequest, { signedBody = false }: InboundRoute): Vouched {
  const deliveryId = signedBody
    ? header(request, HEADER_ID)
    : (new URLSearchParams(request.query).get(PARAMETER_ID) ?? undefined);
  return {
    sender: { method: 'operator', signed: signedBody || deliveryId !== undefined, ...(deliveryId && { deliveryId }) },
  };
}
