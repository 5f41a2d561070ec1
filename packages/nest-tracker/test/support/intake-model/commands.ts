import { expect } from '@jest/globals';
import { type ConversionStatus, formatAmount } from '@tallyback/protocol';
import fc from 'fast-check';
import type { LateClick } from '../late-click.js';
import { change, decide, report, unique } from '../messages.js';
import { type Answer, inboundLog, manage } from '../requests.js';
import type { Tracker } from '../start-tracker.js';
import { type Expected, type IntakeModel, payoutOf, type Sent } from './model.js';

/** One run's own visitors and orders in a running tracker. */
export interface Intake {
  readonly tracker: Tracker;
  readonly prefix: string;
  readonly clickId: string;
  readonly late: LateClick;
}

type Work = (model: IntakeModel, intake: Intake) => Promise<void>;

class Command implements fc.AsyncCommand<IntakeModel, Intake> {
  constructor(
    private readonly text: string,
    readonly run: Work,
    private readonly possible: (model: IntakeModel) => boolean = () => true,
  ) {}

  check(model: Readonly<IntakeModel>): boolean {
    return this.possible(model as IntakeModel);
  }

  toString(): string {
    return this.text;
  }
}

const cents = fc.oneof(fc.nat(9_999), fc.constantFrom(0, 5, 15, 25)).map(BigInt);
const order = fc.nat(2);
const maybe = <T>(value: fc.Arbitrary<T>, freq: number) => fc.option(value, { nil: undefined, freq });
const status = fc.constantFrom<ConversionStatus>('pending', 'approved', 'rejected', 'refunded');
const text = (name: string, given: unknown) =>
  `${name} ${JSON.stringify(given, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`;

const amount = (value: bigint) => ({ amount: formatAmount(value, 'EUR'), currency: 'EUR' });

function dataOf({ prefix }: Intake, given: Pick<Sent, 'order' | 'cents' | 'status'>) {
  const revenue = given.cents === undefined ? {} : { revenue: formatAmount(given.cents, 'EUR'), currency: 'EUR' };
  const told = given.status === undefined ? {} : { status: given.status };
  return { transactionId: `${prefix}-${given.order}`, ...revenue, ...told };
}

function send(intake: Intake, message: Sent): Promise<Answer> {
  const options = { id: message.delivery as string };
  const data = dataOf(intake, message);
  if (message.type === 'updated') return change(intake.tracker, data, options);
  const clickId = message.names === 'stored' ? intake.clickId : intake.late.clickId;
  return report(intake.tracker, { clickId, ...data }, options);
}

/** The answer is the model's, to the cent. */
function expectAnswer({ status: code, body }: Answer, { outcome, order: standing }: Expected): void {
  expect(code === 404 ? 'not found' : (body.reason ?? body.outcome)).toBe(outcome);
  if (body.reason !== undefined || code === 404) return;
  if (!standing) throw new Error(`Answered ${outcome} about an order that is not there.`);
  // Money without any revenue has no currency before an offer gives it one.
  const worth = standing.attributed || standing.cents > 0n;
  expect(body).toMatchObject({
    status: standing.status,
    ...(worth && { revenue: amount(standing.cents), payout: amount(payoutOf(standing)) }),
  });
}

const message = fc
  .record({
    type: fc.constantFrom('created', 'created', 'updated'),
    names: fc.constantFrom('stored', 'late'),
    order,
    cents: maybe(cents, 4),
    status: maybe(status, 2),
  })
  .map((made) => {
    // An update has to bring something.
    const own = made.type === 'updated' && made.cents === undefined ? { status: made.status ?? 'approved' } : {};
    const given = { ...made, ...own } as Omit<Sent, 'delivery'>;
    return new Command(text('message', given), async (model, intake) => {
      const sent = { ...given, delivery: unique('msg') };
      model.sent.push(sent);
      expectAnswer(await send(intake, sent), model.receive(sent));
    });
  });

/** The sender has not read the answer and sends the same again; or somebody replays it from the log. */
const repeated = fc.record({ how: fc.constantFrom('sent again', 'replayed'), index: fc.nat(12) }).map((given) => {
  const work: Work = async (model, intake) => {
    const sent = model.sent[given.index % model.sent.length] as Sent;
    const expected = model.receive(sent);
    if (given.how === 'sent again') {
      expectAnswer(await send(intake, sent), expected);
      return;
    }
    const [row] = await inboundLog(intake.tracker, { deliveryId: sent.delivery as string });
    expectAnswer(
      await manage(intake.tracker, `/v1/postbacks/in/${row?.id}/replay`, { method: 'POST', body: {} }),
      expected,
    );
  };
  return new Command(text('repeated', given), work, ({ sent }) => sent.length > 0);
});

const decision = fc
  .record({ order, cents: maybe(cents, 2), status: maybe(status, 4) })
  .filter((made) => made.cents !== undefined || made.status !== undefined)
  .map(
    (given) =>
      new Command(text('decision', given), async (model, intake) => {
        const { tracker } = intake;
        const standing = model.orders.get(given.order);
        const answer = await decide(tracker, dataOf(intake, given));
        // Whoever changes an amount by hand names the currency where there is none yet, as `dataOf` does.
        const expected = model.receive({ ...given, type: 'decided', delivery: undefined, names: 'stored' });
        expectAnswer(answer, standing ? expected : { outcome: 'not found', order: undefined });
      }),
  );

const lateClickAppears = fc.constant(
  new Command(
    'the late click appears',
    async (model, { late }) => {
      await late.commit();
      model.lateClickAppears();
    },
    ({ lateClickIsStored }) => !lateClickIsStored,
  ),
);

/** Sequences of whatever may happen to three orders. */
export const intakeCommands = fc.commands([message, message, message, repeated, repeated, decision, lateClickAppears], {
  maxCommands: 25,
  size: '+1',
});
