import { AMOUNT, ID, OUTCOME_STATUS, REASON_STATUS, STATUSES, TRY_AGAIN } from '../contract.js';
import { differences, isObject, type Json, shown } from '../json.js';
import type { Expectation } from './case.js';
import type { Answer } from './http-client.js';

/** Of the offers whose clicks the kit is given. */
const OFFER_CURRENCY = 'EUR';

/** Every way in which an answer is not what is expected, one line each. */
export function checkAnswer(answer: Answer, expected: Expectation): string[] {
  const { status, contentType, body } = answer;
  const wanted = [expected.status ?? []].flat();
  const faults =
    wanted.length === 0 || wanted.includes(status) ? [] : [`expected ${summary(expected)}, got ${got(answer)}`];
  if (expected.results || expected.eachResult)
    return [...faults, ...typeFault(contentType, 'application/json'), ...checkBatch(body, expected)];
  if (status >= 200 && status < 300)
    faults.push(...typeFault(contentType, 'application/json'), ...checkOutcome(body, status));
  else faults.push(...typeFault(contentType, 'application/problem+json'), ...checkProblem(body, status));
  return [...faults, ...checkBody(body, expected)];
}

/** What this case in particular wants of a body. */
function checkBody(body: Json, { outcome, reason, field, body: fields = {} }: Expectation): string[] {
  const reasons = [reason ?? []].flat();
  return [
    ...(outcome === undefined ? [] : differences(outcome, body.outcome, 'outcome')),
    ...(reasons.length === 0 || reasons.includes(body.reason as string)
      ? []
      : [`reason: expected ${reasons.join(' or ')}, got ${shown(body.reason)}`]),
    ...(field === undefined ? [] : differences(field, body.field, 'field')),
    ...differences(fields, body, 'body'),
  ];
}

/** The body of every success: nothing that is not stored may have one. */
function checkOutcome(body: Json, status: number | undefined): string[] {
  const { outcome, conversionId, clickId, revenue, payout } = body;
  if (typeof outcome !== 'string' || OUTCOME_STATUS[outcome] === undefined) {
    return [`outcome: a success says ${Object.keys(OUTCOME_STATUS).join(', ')}, not ${shown(outcome)}`];
  }
  const faults: string[] = [];
  if (status !== undefined && OUTCOME_STATUS[outcome] !== status) {
    faults.push(`status: ${outcome} is answered with ${OUTCOME_STATUS[outcome]}, not ${status}`);
  }
  if (!isId(conversionId))
    faults.push(`conversionId: expected an id of 26 lower-case characters, got ${shown(conversionId)}`);
  if (clickId !== undefined && !isId(clickId))
    faults.push(`clickId: expected a lower-case click id, got ${shown(clickId)}`);
  if (outcome === 'recorded' && clickId === undefined) {
    faults.push('clickId: a conversion that is recorded has one');
  }
  if (outcome === 'recorded' && revenue !== undefined && payout === undefined) {
    faults.push('payout: a conversion that is recorded says what its partner earns, if only nothing');
  }
  if (clickId !== undefined && isObject(payout) && payout.currency !== OFFER_CURRENCY) {
    faults.push(
      `payout.currency: the offer is in ${OFFER_CURRENCY}, and so is what it pays; got ${shown(payout.currency)}`,
    );
  }
  if (!STATUSES.includes(body.status as string))
    faults.push(`status: expected one of ${STATUSES.join(', ')}, got ${shown(body.status)}`);
  return [...faults, ...moneyFault('revenue', revenue), ...moneyFault('payout', payout)];
}

/** The body of every refusal: RFC 9457 with a reason of the closed list. */
function checkProblem(body: Json, status: number): string[] {
  const { reason, outcome, detail } = body;
  if (typeof reason !== 'string' || REASON_STATUS[reason] === undefined) {
    return [`reason: a refusal has one of the closed list, not ${shown(reason)}`];
  }
  const faults: string[] = [];
  if (REASON_STATUS[reason] !== status)
    faults.push(`status: ${reason} is answered with ${REASON_STATUS[reason]}, not ${status}`);
  if (body.status !== REASON_STATUS[reason])
    faults.push(`body.status: expected ${REASON_STATUS[reason]}, got ${shown(body.status)}`);
  const decided = TRY_AGAIN.includes(reason) ? undefined : 'rejected';
  if (outcome !== decided) faults.push(`outcome: expected ${shown(decided)}, got ${shown(outcome)}`);
  if (typeof detail !== 'string' || detail === '') faults.push(`detail: expected words, got ${shown(detail)}`);
  return faults;
}

function checkBatch(body: Json, { results, resultCount, eachResult }: Expectation): string[] {
  const { results: given } = body;
  if (!Array.isArray(given)) return [`results: expected a list, got ${shown(given)}`];
  const count = results?.length ?? resultCount;
  if (count !== undefined && given.length !== count) return [`results: expected ${count}, got ${given.length}`];
  return given.flatMap((value: unknown, index) => {
    const expected = results?.[index] ?? eachResult ?? {};
    return checkResult(value, expected).map((fault) => `results[${index}] ${fault}`);
  });
}

/** One message of a batch: an outcome, or a problem. */
function checkResult(value: unknown, expected: Expectation): string[] {
  if (!isObject(value)) return [`expected an object, got ${shown(value)}`];
  const rules =
    value.reason === undefined ? checkOutcome(value, undefined) : checkProblem(value, value.status as number);
  return [...rules, ...checkBody(value, expected)];
}

function typeFault(contentType: string, wanted: string): string[] {
  return contentType.split(';')[0]?.trim() === wanted
    ? []
    : [`content-type: expected ${wanted}, got ${shown(contentType)}`];
}

function moneyFault(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  const { amount, currency } = isObject(value) ? value : {};
  const right =
    typeof amount === 'string' && AMOUNT.test(amount) && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency);
  return right ? [] : [`${name}: expected { "amount": "49.90", "currency": "EUR" }, got ${shown(value)}`];
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && ID.test(value);
}

function summary({ status, outcome, reason }: Expectation): string {
  return [[status ?? []].flat().join(' or '), outcome ?? [reason ?? []].flat().join(' or ')].filter(Boolean).join(' ');
}

function got({ status, body }: Answer): string {
  const what = body.reason ?? body.outcome;
  return `${status} ${typeof what === 'string' ? what.slice(0, 60) : 'without an outcome'}`;
}
