import { BadRequestException } from '@nestjs/common';
import { CONVERSION_STATUSES, type ConversionStatus, isCurrency, parseDecimal } from '@tallyback/protocol';

/** What a person decides about a conversion. */
export interface ManualDecision {
  readonly status?: ConversionStatus;
  /** The whole new revenue, a decimal string in the currency it was reported in; below zero where the offer allows it. */
  readonly revenue?: string;
  /** Default: the currency that the conversion was reported in; another one is refused. */
  readonly currency?: string;
  /** Why, for the ledger; at most 500 characters. */
  readonly reason?: string;
}

const MOST_REASON = 500;

/**
 * Reads a decision from the fields of a request body.
 *
 * @throws BadRequestException that names the field.
 */
export function readDecision(fields: Partial<Record<keyof ManualDecision, unknown>>): ManualDecision {
  const { status, revenue, currency, reason } = fields;
  if (status === undefined && revenue === undefined) {
    throw new BadRequestException('A decision needs "status", "revenue" or both.');
  }
  if (status !== undefined && !CONVERSION_STATUSES.includes(status as ConversionStatus)) {
    throw new BadRequestException(`"status" must be one of ${CONVERSION_STATUSES.join(', ')}.`);
  }
  if (revenue !== undefined && (typeof revenue !== 'string' || !parseDecimal(revenue))) {
    throw new BadRequestException('"revenue" must be a plain decimal string such as "49.90".');
  }
  if (currency !== undefined && (typeof currency !== 'string' || !isCurrency(currency))) {
    throw new BadRequestException('"currency" must be an upper-case ISO 4217 code such as "EUR".');
  }
  if (reason !== undefined && !isReason(reason)) {
    throw new BadRequestException(`"reason" must be text of 1 to ${MOST_REASON} characters.`);
  }
  return {
    ...(status !== undefined && { status: status as ConversionStatus }),
    ...(revenue !== undefined && { revenue: revenue as string }),
    ...(currency !== undefined && { currency: currency as string }),
    ...(reason !== undefined && { reason: reason as string }),
  };
}

/** A database cannot keep NUL, nor half of a surrogate pair. */
function isReason(value: unknown): boolean {
  return (
    typeof value === 'string' && value.length > 0 && value.length <= MOST_REASON && !/\0|\p{Surrogate}/u.test(value)
  );
}
