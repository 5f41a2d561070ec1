import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { Retention } from '../../src/index.js';
import { SECRETS, TOKEN } from '../support/catalog.js';
import type { TestDatabase } from '../support/databases.js';
import { change, created, post, postBatch, postback, report, unique } from '../support/messages.js';
import { click, type Json, manage, send } from '../support/requests.js';
import { ADMIN_TOKEN, MATRIX, startTracker, type Tracker } from '../support/start-tracker.js';

/** What somebody leaves, in every field that may hold something of them. */
const PERSON = {
  customerId: 'person-customer-77',
  mail: 'person.mail@example.com',
  address: '198.51.100.231',
  agent: 'Mozilla/5.0 PersonAgent',
  referrer: 'https://person-referrer.example/inbox',
  external: 'person-external-id',
  order: 'person-order-4711',
};
const GIVEN = createSecret();

/** Takes every log entry with everything in it, also what a console would leave out. */
class Taken {
  readonly entries: string[] = [];
  private readonly take = (...parts: unknown[]) => {
    this.entries.push(parts.map((part) => (typeof part === 'string' ? part : inspect(part, { depth: 10 }))).join(' '));
  };
  readonly log = this.take;
  readonly error = this.take;
  readonly warn = this.take;
  readonly debug = this.take;
  readonly verbose = this.take;
  readonly fatal = this.take;
}

describe.each(MATRIX)(
  'the application’s log on $database with $adapter',
  ({ database: name, adapter, createDatabase }) => {
    let database: TestDatabase;
    let tracker: Tracker;
    const taken = new Taken();
    beforeAll(async () => {
      database = await createDatabase();
      tracker = await startTracker({ database, adapter, behindProxy: true, logger: taken });
    });
    afterAll(async () => {
      await tracker?.close();
      await database.drop();
    });

    const headers = { 'x-forwarded-for': PERSON.address, 'user-agent': PERSON.agent, referer: PERSON.referrer };
    const order = (more: Json = {}) => ({
      transactionId: `${PERSON.order}-${unique()}`,
      customerId: PERSON.customerId,
      metadata: { mail: PERSON.mail },
      revenue: '10.00',
      currency: 'EUR',
      ...more,
    });

    /** Everything that can be asked of the tracker, well and badly. */
    async function everything(): Promise<number[]> {
      const query = new URLSearchParams({ external_id: PERSON.external, mail: PERSON.mail });
      const clickId = await click(tracker, 'boots', query.toString()).catch(() => undefined);
      const classic = { clickid: clickId ?? 'none', txid: PERSON.order, mail: PERSON.mail };
      const large = JSON.stringify(created(order())).padEnd(200_000);
      const answers = await Promise.all([
        send(tracker, `/c/boots?${query}`, { headers }),
        send(tracker, `/o/nowhere?${query}`, { headers }),
        report(tracker, order({ clickId }), { headers }),
        report(tracker, order({ currency: PERSON.mail }), { headers }),
        report(tracker, order({ clickId: PERSON.customerId }), { headers, secret: SECRETS.rival }),
        change(
          tracker,
          { transactionId: PERSON.order, status: 'refunded', metadata: { mail: PERSON.mail } },
          { headers },
        ),
        post(tracker, `{"data":{"customerId":"${PERSON.customerId}"`, { headers }),
        post(tracker, large, { headers }),
        postBatch(tracker, [created(order()), { mail: PERSON.mail }], { headers }),
        postBatch(tracker, `{"messages":["${PERSON.mail}"`, { headers }),
        send(tracker, postback({ ...classic, token: TOKEN }), { headers }),
        send(tracker, postback({ ...classic, token: 'wrong-token-of-person' }), { headers }),
        send(tracker, `${postback(classic)}&x=%zz`, { headers }),
        send(tracker, `/compat/voluum/postback?cid=${clickId}&txid=${PERSON.order}&et=${PERSON.mail}`, { headers }),
        manage(tracker, `/v1/conversions?transactionId=${PERSON.order}`),
        manage(tracker, '/v1/advertisers/acme/secrets', { method: 'POST', body: { value: GIVEN } }),
        manage(tracker, '/v1/advertisers/acme/secrets', { method: 'POST', body: { value: 'whsec_wrong-secret' } }),
        manage(tracker, '/v1/advertisers/token/token', { method: 'POST', body: { overlapSeconds: 60 } }),
        manage(tracker, `/v1/people/${PERSON.customerId}`, { method: 'DELETE' }),
      ]);
      await tracker
        .get(Retention)
        .sweep()
        .catch(() => undefined);
      return answers.map(({ status }) => status);
    }

    function expectNobody(): void {
      const text = taken.entries.join('\n');
      const secrets = [ADMIN_TOKEN, TOKEN, GIVEN, 'wrong-token', 'wrong-secret', SECRETS.acme, SECRETS.rival];
      for (const planted of [...Object.values(PERSON), ...secrets]) expect(text).not.toContain(planted);
    }

    it('holds nothing of a person and no secret, whatever is asked', async () => {
      const statuses = await everything();
      expect(statuses.filter((status) => status >= 500)).toEqual([]);
      expectNobody();
    });

    it('holds nothing when the database refuses a row', async () => {
      await database.query(
        name === 'SQLite'
          ? `CREATE TRIGGER refuse BEFORE INSERT ON tallyback_conversions BEGIN SELECT RAISE(ABORT, 'refused'); END`
          : `ALTER TABLE tallyback_conversions ADD CONSTRAINT refuse CHECK (customer_id <> '${PERSON.customerId}') NOT VALID`,
      );
      expect((await report(tracker, order(), { headers })).status).toBeGreaterThanOrEqual(500);
      await everything();
      expectNobody();
    });

    it('says that the database is broken, and nothing else', async () => {
      for (const table of ['conversions', 'clicks', 'inbound_postbacks']) {
        await database.query(`ALTER TABLE tallyback_${table} RENAME TO gone_${table}`);
      }
      expect((await report(tracker, order(), { headers })).status).toBe(503);
      await everything();
      expect(taken.entries.join('\n')).toContain('could not be stored');
      expectNobody();
    });
  },
);
