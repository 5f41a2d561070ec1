import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyPair, createSecret } from '@tallyback/protocol';
import { SECRETS, TOKEN } from '../support/catalog.js';
import { createPostgresDatabase, type TestDatabase } from '../support/databases.js';
import { expectRefusal } from '../support/expect-refusal.js';
import { postback, report, unique } from '../support/messages.js';
import { SetClock } from '../support/on-every-database.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, type Json, manage, send } from '../support/requests.js';
import { startTracker, type Tracker } from '../support/start-tracker.js';

const secretsOf = async (tracker: Tracker, key: string) =>
  (await manage(tracker, `/v1/advertisers/${key}/secrets`)).body.items as Json[];
const add = (tracker: Tracker, key: string, body?: Json) =>
  manage(tracker, `/v1/advertisers/${key}/secrets`, { method: 'POST', ...(body && { body }) });
const remove = (tracker: Tracker, key: string, id: unknown) =>
  manage(tracker, `/v1/advertisers/${key}/secrets/${id}`, { method: 'DELETE' });
const rotate = (tracker: Tracker, key: string, body?: Json) =>
  manage(tracker, `/v1/advertisers/${key}/token`, { method: 'POST', ...(body && { body }) });

/** How a signed message of the advertiser is answered. */
const signedBy = async (tracker: Tracker, secret: string, advertiser = 'acme') =>
  (await report(tracker, { transactionId: unique() }, { secret, advertiser })).status;
const withToken = async (tracker: Tracker, token: string) =>
  (await send(tracker, postback({ clickid: await click(tracker, 'by-token'), txid: unique(), token }))).status;

describe('the secrets of an advertiser', () => {
  onEveryTracker((current) => {
    it('are listed without being shown', async () => {
      const answer = await manage(current.tracker, '/v1/advertisers/acme/secrets');
      expect(answer.headers['cache-control']).toBe('no-store');
      const items = answer.body.items as Json[];
      for (const item of items) expect(item).toMatchObject({ kind: 'secret', source: 'seed', expiresAt: null });
      const hints = [SECRETS.acme, SECRETS.acmeNext].map((secret) => `…${secret.slice(-4)}`);
      expect(new Set(items.map(({ hint }) => hint))).toEqual(new Set(hints));
      expect(answer.text).not.toContain(SECRETS.acme.slice(6, 20));
    });

    it('are rotated: a new one is made and shown once, both verify, the old one is removed', async () => {
      const { tracker } = current;
      const made = await add(tracker, 'rival');
      expect(made.status).toBe(201);
      const { value, id } = made.body as { value: string; id: string };
      expect(value).toMatch(/^whsec_/);
      expect([await signedBy(tracker, SECRETS.rival, 'rival'), await signedBy(tracker, value, 'rival')]).toEqual([
        202, 202,
      ]);
      const [old] = await secretsOf(tracker, 'rival');
      expect((await remove(tracker, 'rival', old?.id)).status).toBe(204);
      expect([await signedBy(tracker, SECRETS.rival, 'rival'), await signedBy(tracker, value, 'rival')]).toEqual([
        401, 202,
      ]);
      expect(await secretsOf(tracker, 'rival')).toMatchObject([{ id, source: 'management' }]);
      expect((await remove(tracker, 'rival', old?.id)).status).toBe(404);
    });

    it('stay as they were rotated when the tracker starts again with the same seed', async () => {
      const { tracker } = current;
      const { value } = (await add(tracker, 'ed25519')).body as { value: string };
      const [seeded] = await secretsOf(tracker, 'ed25519');
      expect(seeded).toMatchObject({ kind: 'publicKey', source: 'seed' });
      await remove(tracker, 'ed25519', seeded?.id);
      const again = await startTracker({ database: tracker.database });
      try {
        expect(await secretsOf(again, 'ed25519')).toMatchObject([{ kind: 'secret', source: 'management' }]);
        expect(await signedBy(again, value, 'ed25519')).toBe(202);
      } finally {
        await again.close();
      }
    });

    it('may be given by the sender: a shared secret or a public key', async () => {
      const { tracker } = current;
      const secret = createSecret();
      const given = await add(tracker, 'acme', { kind: 'secret', value: secret });
      expect(given.status).toBe(201);
      expect(given.text).not.toContain(secret);
      expect(await signedBy(tracker, secret)).toBe(202);
      const { publicKey } = createKeyPair();
      const key = await add(tracker, 'acme', { kind: 'publicKey', value: publicKey });
      expect(key.body).toMatchObject({ kind: 'publicKey', hint: `…${publicKey.slice(-4)}` });
      for (const { body } of [given, key]) expect((await remove(tracker, 'acme', body.id)).status).toBe(204);
      expect(await signedBy(tracker, secret)).toBe(401);
    });

    it('come back when they are added again after they were revoked', async () => {
      const { tracker } = current;
      const value = createSecret();
      const first = await add(tracker, 'acme', { value });
      await remove(tracker, 'acme', first.body.id);
      const second = await add(tracker, 'acme', { value });
      expect(second.status).toBe(201);
      expect(await signedBy(tracker, value)).toBe(202);
      expect((await add(tracker, 'acme', { value })).status).toBe(409);
      await remove(tracker, 'acme', second.body.id);
    });

    it('keep at least one while signatures are accepted, and the refusal says what to do', async () => {
      const { tracker } = current;
      const [last] = (await secretsOf(tracker, 'token')).filter(({ kind }) => kind === 'secret');
      const refused = await remove(tracker, 'token', last?.id);
      expect(refused.status).toBe(409);
      expect(refused.body.detail).toContain('POST /v1/advertisers/token/secrets');
    });

    it.each([
      ['a secret that is too short', { value: 'whsec_abcd' }, /24 to 64 bytes/],
      ['a signing key', { kind: 'publicKey', value: createKeyPair().secretKey }, /whpk_/],
      ['a public key as secret', { value: createKeyPair().publicKey }, /whsec_/],
      ['no public key', { kind: 'publicKey' }, /missing/],
      ['another kind', { kind: 'token' }, /kind/],
      ['a number', { value: 7 }, /string/],
      ['a field nobody knows', { secret: createSecret() }, /secret/],
    ])('refuse %s', async (_, body: Json, message) => {
      const answer = await add(current.tracker, 'acme', body);
      expect([answer.status, answer.body.detail]).toEqual([400, expect.stringMatching(message)]);
    });

    it('belong to the operator: without the admin token nobody reads or changes them', async () => {
      for (const [method, path] of [
        ['GET', 'secrets'],
        ['POST', 'secrets'],
        ['DELETE', `secrets/${'0'.repeat(26)}`],
        ['POST', 'token'],
      ] as const) {
        expect((await send(current.tracker, `/v1/advertisers/acme/${path}`, { method })).status).toBe(401);
      }
      expect((await add(current.tracker, 'nobody')).status).toBe(404);
    });
  });
});

describe('the token of an advertiser', () => {
  onEveryTracker((current) => {
    it('is replaced: both are accepted for a while, and a leaked one not a moment longer', async () => {
      const { tracker } = current;
      const first = await rotate(tracker, 'token', { overlapSeconds: 3_600 });
      expect(first.status).toBe(201);
      const { value } = first.body as { value: string };
      expect([await withToken(tracker, TOKEN), await withToken(tracker, value)]).toEqual([201, 201]);
      const tokens = (await secretsOf(tracker, 'token')).filter(({ kind }) => kind === 'token');
      expect(tokens).toMatchObject([{ expiresAt: expect.any(String) }, { id: first.body.id, expiresAt: null }]);

      const last = await remove(tracker, 'token', first.body.id);
      expect([last.status, last.body.detail]).toEqual([409, expect.stringContaining('overlapSeconds')]);

      const second = await rotate(tracker, 'token', { overlapSeconds: 0 });
      expect([await withToken(tracker, TOKEN), await withToken(tracker, value)]).toEqual([401, 401]);
      expect(await withToken(tracker, second.body.value as string)).toBe(201);
    });

    it.each([[-1], [1.5], ['60'], [2_592_001], [null]])('refuses to overlap for %p seconds', async (overlapSeconds) => {
      const answer = await rotate(current.tracker, 'token', { overlapSeconds });
      expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('overlapSeconds')]);
    });
  });
});

describe('two trackers on one PostgreSQL', () => {
  let database: TestDatabase;
  let trackers: Tracker[] = [];
  const clock = new SetClock();
  beforeAll(async () => {
    database = await createPostgresDatabase();
    trackers = [await startTracker({ database, now: clock.now }), await startTracker({ database, now: clock.now })];
  });
  afterAll(async () => {
    for (const tracker of trackers) await tracker.close();
    await database.drop();
  });

  it('both know of a rotation within half a minute', async () => {
    const [here, there] = trackers as [Tracker, Tracker];
    const message = { transactionId: unique() };
    const { value } = (await add(here, 'acme')).body as { value: string };
    for (const { id, source } of await secretsOf(here, 'acme')) if (source === 'seed') await remove(here, 'acme', id);
    expect((await report(here, message, { at: clock.date, secret: value })).status).toBe(202);
    clock.time += 30_001;
    expect((await report(there, message, { at: clock.date, secret: value })).body.outcome).toBe('duplicate');
    expectRefusal(await report(there, message, { at: clock.date, secret: SECRETS.acme }), 'signature_invalid');
  });

  it('end a token at the same time without asking the database', async () => {
    const [here, there] = trackers as [Tracker, Tracker];
    await rotate(here, 'token', { overlapSeconds: 60 });
    clock.time += 30_001;
    expect(await withToken(there, TOKEN)).toBe(201);
    clock.time += 30_000;
    expect(await withToken(there, TOKEN)).toBe(401);
  });
});
