import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { ClaimedDelivery, NewMessage, Queue, Settlement } from '../../../src/queue/queue.js';
import type { Given, QueueModel } from './model.js';
import { expectSame, expectSameRows, type Real } from './real.js';

type Work = (model: QueueModel, real: Real) => Promise<void>;

/** A command that can be run at any time; afterwards queue and model must say the same. */
class Command implements fc.AsyncCommand<QueueModel, Real> {
  constructor(
    private readonly text: string,
    private readonly work: Work,
    private readonly possible: (model: QueueModel) => boolean = () => true,
  ) {}

  check(model: Readonly<QueueModel>): boolean {
    return this.possible(model as QueueModel);
  }

  async run(model: QueueModel, real: Real): Promise<void> {
    await this.work(model, real);
    await expectSame(model, real);
  }

  toString(): string {
    return this.text;
  }
}

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
const text = (name: string, given: unknown) => `${name} ${JSON.stringify(given)}`;

interface Draft {
  readonly kind: NewMessage['kind'];
  readonly transaction: number;
  readonly event: 'purchase' | 'lead';
  readonly to: readonly number[];
  /** It can never be sent. */
  readonly dead: 'no' | 'without body' | 'with body';
  readonly recall: boolean;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constantFrom('created', 'created', 'updated'),
  transaction: fc.nat(3),
  event: fc.constantFrom('purchase', 'purchase', 'purchase', 'lead'),
  to: fc.constantFrom([0], [0], [1], [0, 1]),
  dead: fc.constantFrom('no', 'no', 'no', 'no', 'without body', 'with body'),
  recall: fc.boolean(),
});

function messageOf({ kind, transaction, event, to, dead, recall }: Draft, model: QueueModel, real: Real): NewMessage {
  const number = model.stored.length;
  // What becomes an update's body is known before it is stored: one that is dead has none.
  const isDead = dead === 'without body' || (dead === 'with body' && kind === 'created');
  const own = {
    destination: '',
    body: dead === 'without body' || (isDead && kind === 'updated') ? '' : `body ${number}`,
  };
  const deliveries = to.map((index) => {
    const destination = at(real.destinations, index);
    const id = `${destination}-${number}-${model.now}-${crypto.randomUUID().slice(0, 8)}`;
    return { ...own, id, destination, ...(isDead && { dead: 'it could not be prepared' }) };
  });
  const whole = { id: `m-${crypto.randomUUID()}`, kind, event, transactionId: `${real.prefix}-${transaction}` };
  const remembered = recall && kind === 'created' ? { recall: { clickId: `click of ${number}` } } : {};
  return { ...whole, createdAt: model.now, deliveries, ...remembered };
}

/** Several at the same moment, which a queue may store together. */
const enqueue = fc.record({ drafts: fc.array(draft, { minLength: 1, maxLength: 4 }), by: fc.nat(1) }).map(
  (given) =>
    new Command(text('enqueue', given), async (model, real) => {
      const queue = at(real.processes, given.by);
      const messages = given.drafts.map((one) => messageOf(one, model, real));
      const results = await Promise.all(messages.map((message) => queue.enqueue(message)));
      expect(results).toEqual(messages.map((message) => model.enqueue(message)));
    }),
);

/** Many orders in one turn; the first may be known already. */
const burst = fc
  .record({ size: fc.integer({ min: 4, max: 40 }), known: fc.boolean(), to: fc.constantFrom([0], [0], [0, 1]) })
  .map(
    (given) =>
      new Command(text('burst', given), async (model, real) => {
        const from = given.known ? 2 : 10 + model.stored.length;
        const drafts = Array.from({ length: given.size }, (_, i): Draft => {
          const order = { kind: 'created', transaction: from + i, event: 'purchase', to: given.to } as const;
          return { ...order, dead: 'no', recall: false };
        });
        const messages = drafts.map((one) => messageOf(one, model, real));
        const results = await Promise.all(messages.map((message) => at(real.processes, given.size).enqueue(message)));
        expect(results).toEqual(messages.map((message) => model.enqueue(message)));
      }),
  );

interface Asking {
  readonly destination: number;
  readonly limit: number;
  readonly leaseMs: number;
}

async function claimAs(model: QueueModel, real: Real, given: Asking, askers: readonly Queue[]): Promise<void> {
  const { limit, leaseMs } = given;
  const request = { destination: at(real.destinations, given.destination), limit, leaseMs, now: model.now };
  const answers = await Promise.all(askers.map((queue) => queue.claim(request)));
  expectClaims(model, request, answers);
  for (const [index, answer] of answers.entries()) {
    const owner = real.processes.indexOf(askers[index] as Queue);
    for (const one of answer) model.claimed(owner, one, model.now + leaseMs);
  }
}

const limit = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 }));

/** One process asks, or all at the same time. */
const claim = fc
  .record({ destination: fc.nat(1), limit, leaseMs: fc.constantFrom(50, 50, 500), by: fc.option(fc.nat(1)) })
  .map(
    (given) =>
      new Command(text('claim', given), (model, real) =>
        claimAs(model, real, given, given.by === null ? real.processes : [at(real.processes, given.by)]),
      ),
  );

/** One process is frozen past its leases, another takes over, and then the first goes on as if nothing had been. */
const takeover = fc
  .record({
    destination: fc.nat(1),
    limit,
    by: fc.nat(1),
    late: fc.constantFrom<End['outcome']>('delivered', 'release'),
  })
  .map(
    (given) =>
      new Command(text('takeover', given), async (model, real) => {
        const [frozen, other] = [at(real.processes, given.by), at(real.processes, given.by + 1)];
        const before = model.given.length;
        await claimAs(model, real, { ...given, leaseMs: 50 }, [frozen]);
        const held = model.given.slice(before);
        model.now += 60;
        await claimAs(model, real, { ...given, leaseMs: 500 }, [other]);
        if (held.length === 0) return;
        const settlements = held.map((one) => settlementOf(one, { outcome: given.late }, model.now));
        expect(await frozen.settle(settlements)).toEqual(settlements.map((one) => model.settle(one)));
      }),
  );

function expectClaims(
  model: QueueModel,
  { destination, limit }: { destination: string; limit: number },
  answers: readonly ClaimedDelivery[][],
): void {
  const claimable = model.claimable(destination);
  const all = answers.flat();
  const ids = new Set(all.map(({ id }) => id));
  expect(ids.size).toBe(all.length);
  for (const answer of answers) expect(answer.length).toBeLessThanOrEqual(limit);
  // Those that ask at the same time may leave some to each other.
  if (answers.length === 1) expect(all).toHaveLength(Math.min(limit, claimable.length));
  else expect(all.length).toBeGreaterThanOrEqual(Math.min(limit, claimable.length));
  for (const { seq, fence, ...one } of all) {
    const row = claimable.find(({ id }) => id === one.id);
    const { id, event, transactionId, body, createdAt, step, attempts = 0 } = row ?? {};
    expect(one).toEqual({ id, destination, event, transactionId, body, createdAt, step, attempt: attempts + 1 });
    expect(fence).toBeGreaterThan(row?.fence ?? 0);
    expect(seq).toBeGreaterThan(0);
  }
  const left = claimable.filter(({ id }) => !ids.has(id)).map(({ dueTo }) => dueTo);
  const taken = claimable.filter(({ id }) => ids.has(id)).map(({ dueFrom }) => dueFrom);
  // What has been due for longest goes first.
  if (answers.length === 1 && left.length > 0) expect(Math.max(...taken)).toBeLessThanOrEqual(Math.min(...left));
}

interface End {
  readonly outcome: Settlement['outcome'];
  readonly inMs?: number;
  readonly step?: number;
}

const ending: fc.Arbitrary<End> = fc.oneof(
  fc.constant({ outcome: 'delivered' as const }),
  fc.constant({ outcome: 'delivered' as const }),
  fc.record({
    outcome: fc.constant('retry' as const),
    inMs: fc.constantFrom(0, 0, 300),
    step: fc.integer({ min: 1, max: 3 }),
  }),
  fc.constant({ outcome: 'dead' as const }),
  fc.constant({ outcome: 'dead' as const }),
  fc.constant({ outcome: 'release' as const }),
);

function settlementOf({ seq, id, fence }: Given, end: End, now: number) {
  const answer = `answer to ${id}`;
  const more = end.outcome === 'retry' ? { at: now + (end.inMs ?? 0), step: end.step, answer } : { answer };
  const known = end.outcome === 'delivered' || end.outcome === 'release' ? {} : more;
  return { seq, id, fence, outcome: end.outcome, ...known } as Settlement;
}

/** Counted from the newest: mostly what is held, sometimes what was taken over since. */
const picked = fc.oneof(fc.nat(3), fc.nat(8));
const from = (claims: readonly Given[], index: number): Given => at(claims.toReversed(), index);

/** How one worker's batch ends, or that of one who was overtaken meanwhile and does not know. */
const settle = fc
  .record({
    batch: fc.oneof(
      fc.array(fc.record({ claim: picked, end: ending }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.record({ claim: picked, end: fc.constant<End>({ outcome: 'delivered' }) }), {
        minLength: 1,
        maxLength: 12,
      }),
    ),
    overtaken: fc.constantFrom(false, false, true),
  })
  .map(({ batch, overtaken }) => {
    const work: Work = async (model, real) => {
      const claims = overtaken ? model.overtaken() : model.given;
      if (claims.length === 0) return;
      const settlements = batch.map(({ claim: index, end }) => settlementOf(from(claims, index), end, model.now));
      const queue = at(real.processes, batch[0]?.claim ?? 0);
      expect(await queue.settle(settlements)).toEqual(settlements.map((settlement) => model.settle(settlement)));
    };
    return new Command(text('settle', { batch, overtaken }), work, ({ given }) => given.length > 0);
  });

const extend = fc
  .record({ claims: fc.array(picked, { minLength: 1, maxLength: 3 }), forMs: fc.integer({ min: 1, max: 600 }) })
  .map(
    (given) =>
      new Command(
        text('extend', given),
        async (model, real) => {
          const claims = [...new Set(given.claims.map((index) => from(model.given, index)))];
          const until = model.now + given.forMs;
          const extended = await at(real.processes, given.forMs).extend(claims, until);
          expect(extended).toEqual(claims.map((one) => model.extend(one, until)));
        },
        ({ given: known }) => known.length > 0,
      ),
  );

const pass = fc.constantFrom(1, 60, 60, 600).map(
  (ms) =>
    new Command(`${ms} ms pass`, async (model) => {
      model.now += ms;
    }),
);

/** A hand names what is dead, and what is not. */
const hands = fc
  .record({ what: fc.constantFrom('replay', 'replay', 'discard'), every: fc.integer({ min: 1, max: 3 }) })
  .map(
    (given) =>
      new Command(text('hands', given), async (model, real) => {
        const ids = [...model.stored.filter((_, index) => index % given.every === 0), 'unknown'];
        const queue = at(real.processes, given.every);
        if (given.what === 'replay') expect(await queue.replay(ids, model.now)).toBe(model.replay(ids));
        else expect(await queue.discard(ids)).toBe(model.discard(ids));
      }),
  );

const recall = fc.record({ event: fc.constantFrom('purchase', 'lead'), transaction: fc.nat(3) }).map(
  (given) =>
    new Command(text('recall', given), async (model, real) => {
      const transactionId = `${real.prefix}-${given.transaction}`;
      const known = await at(real.processes, given.transaction).recall(given.event, transactionId);
      expect(known).toEqual(model.recall(given.event, transactionId));
    }),
);

/** A process ends with work in hand, and another begins. */
const restart = fc.nat(1).map(
  (index) =>
    new Command(`restart ${index}`, async (model, real) => {
      const { store, processes } = real;
      if (!store.closing) return;
      const by = index % processes.length;
      await at(processes, by).close();
      if (store.closing === 'hands back') model.handBack(by);
      processes[by] = await store.connect();
    }),
);

const list = fc
  .integer({ min: 1, max: 12 })
  .map((size) => new Command(`list by ${size}`, (model, real) => expectSameRows(model, real, size)));

/** Sequences of whatever processes do to a queue. */
export const queueCommands = fc.commands(
  [enqueue, enqueue, burst, claim, claim, claim, takeover, settle, settle, extend, pass, hands, recall, restart, list],
  { maxCommands: 40, size: '+1' },
);
